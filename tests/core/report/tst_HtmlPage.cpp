// Pages: whole, well-formed, with every text escaped.
#include "core/report/HtmlPage.h"

#include <QTest>
#include <QXmlStreamReader>

using normscope::report::HtmlPage;

class tst_HtmlPage : public QObject {
    Q_OBJECT

   private slots:
    void escapesEverythingButPlots() {
        const std::string evil = "<script>alert(\"x\" & 'y')</script>\x01";
        HtmlPage page(evil);
        page.paragraph(evil);
        page.section(evil);
        page.table({evil}, {{evil, evil}, {}});
        page.verdicts({{"not reproduced", evil}});
        page.preformatted(evil);
        page.section("second");
        page.plot("<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
        const QByteArray html = QByteArray::fromStdString(page.html());
        QVERIFY(!html.contains("<script>") && html.contains("&lt;script&gt;"));
        QVERIFY(html.contains("<svg "));
        QVERIFY(!html.contains("http://") || html.count("http://") == html.count("http://www.w3.org/2000/svg"));
        QXmlStreamReader reader(html);
        while (!reader.atEnd()) reader.readNext();
        QVERIFY2(!reader.hasError(), qPrintable(reader.errorString()));
    }
};

QTEST_APPLESS_MAIN(tst_HtmlPage)
#include "tst_HtmlPage.moc"
