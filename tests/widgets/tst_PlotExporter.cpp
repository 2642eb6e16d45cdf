#include "tests/widgets/PlotFixture.h"
#include "widgets/plots/PlotCsv.h"
#include "widgets/plots/PlotExporter.h"
#include "widgets/plots/SeriesPlot.h"
#include "widgets/theme/Theme.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

#include <limits>
#include <memory>
#include <stdexcept>

using namespace normscope;
using namespace normscope::widgets;

class tst_PlotExporter : public QObject {
    Q_OBJECT

    Theme m_theme{ColorScheme::Light};
    PlotFixture m_run;
    QTemporaryDir m_folder;
    std::unique_ptr<SeriesPlot> m_plot;

    QString path(const QString& name) const { return m_folder.filePath(name); }

    static QByteArray contents(const QString& path) {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

   private slots:
    void initTestCase() { Theme::loadFonts(); }

    void init() {
        m_run = PlotFixture();
        m_run.append(100);
        m_plot = std::make_unique<SeriesPlot>(m_theme);
        m_plot->resize(600, 300);
        m_plot->setTitle(QStringLiteral("Mean <7>"));
        m_plot->setUnit(QStringLiteral("step"));
        m_plot->setRecipeJson(QStringLiteral("{\"seed\": 1, \"note\": \"a < b & c\"}"));
        m_plot->setStore(m_run.store);
        m_plot->setCurves(PlotFixture::curves());
    }

    void pngKeepsTheRecipe() {
        QVERIFY(!exportPlot(*m_plot, path(QStringLiteral("a.png")), PlotFormat::Png));
        const QImage image(path(QStringLiteral("a.png")));
        QCOMPARE(image.size(), QSize(1200, 600));
        QCOMPARE(image.text(QStringLiteral("Recipe")), m_plot->recipeJson());
        int blue = 0;
        for (int y = 0; y < image.height(); ++y) {
            for (int x = 0; x < image.width(); ++x) blue += image.pixelColor(x, y) == m_theme.colors().running ? 1 : 0;
        }
        QVERIFY(blue > 500);  // the curve, though the plot was never shown
    }

    void svgHasTitleLegendAndCurves() {
        QVERIFY(!exportPlot(*m_plot, path(QStringLiteral("a.svg")), PlotFormat::Svg));
        QXmlStreamReader xml(contents(path(QStringLiteral("a.svg"))));
        QStringList texts;
        QString description;
        int lines = 0;
        while (!xml.atEnd()) {
            if (xml.readNext() != QXmlStreamReader::StartElement) continue;
            if (xml.name() == QLatin1String("text"))
                texts << xml.readElementText();
            else if (xml.name() == QLatin1String("desc"))
                description = xml.readElementText();
            else if (xml.name() == QLatin1String("polyline"))
                ++lines;
        }
        QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
        QVERIFY(texts.contains(QStringLiteral("Mean <7>")));
        QVERIFY(texts.contains(QStringLiteral("running")));
        QCOMPARE(description, m_plot->recipeJson());
        QVERIFY(lines >= 2);
    }

    void pdfIsAPdf() {
        QVERIFY(!exportPlot(*m_plot, path(QStringLiteral("a.pdf")), PlotFormat::Pdf));
        const QByteArray bytes = contents(path(QStringLiteral("a.pdf")));
        QVERIFY(bytes.startsWith("%PDF-1."));
        QVERIFY(bytes.trimmed().endsWith("%%EOF"));
        QVERIFY(bytes.contains("recipe.json"));
        QVERIFY(!bytes.contains("/Subtype /Image"));  // vectors
    }

    void csvReadsBackExactly() {
        m_run.append(1, std::numeric_limits<float>::quiet_NaN());
        m_run.evaluate(0.8125F);
        std::vector<Curve> curves = PlotFixture::curves();
        curves.push_back({{0}, QStringLiteral("=loss, \"raw\""), Meaning::Loss});
        curves.push_back({{3}, QStringLiteral("-accuracy"), Meaning::EvalMode});
        m_plot->setCurves(curves);
        QVERIFY(!exportPlot(*m_plot, path(QStringLiteral("a.csv")), PlotFormat::Csv));
        const QList<QByteArray> rows = contents(path(QStringLiteral("a.csv"))).trimmed().split('\n');
        QCOMPARE(rows[0], QByteArray("step,batch,running,\"'=loss, \"\"raw\"\"\",'-accuracy"));
        QCOMPARE(rows.size(), 102);
        for (int i = 1; i <= 101; ++i) {
            const QList<QByteArray> cells = rows[i].split(',');
            QCOMPARE(cells.size(), 5);
            QCOMPARE(cells[0].toInt(), i);
            QCOMPARE(cells[1].toFloat(), *m_run.store->series({1}).value_at(i));
            QCOMPARE(cells[2].toFloat(), *m_run.store->series({2}).value_at(i));
            QCOMPARE(cells[3], i <= 100 ? QByteArray("0.5") : QByteArray("nan"));
            QCOMPARE(cells[4], i == 101 ? QByteArray("0.8125") : QByteArray());
        }
    }

    void csvOfALongRunHasExtrema() {
        m_run.append(6000);
        const QByteArray csv = plotCsv(*m_run.store, PlotFixture::curves());
        QVERIFY(csv.startsWith("step,batch (min),batch (max),running (min),running (max)\n"));
    }

    void hiddenCurvesAreLeftOut() {
        std::vector<Curve> curves = PlotFixture::curves();
        curves[0].visible = false;
        QVERIFY(plotCsv(*m_run.store, curves).startsWith("step,running\n"));
    }

    void aFailureNamesFileAndReasonAndKeepsTheOldFile() {
        const QString target = path(QStringLiteral("old.svg"));
        QFile old(target);
        QVERIFY(old.open(QIODevice::WriteOnly));
        old.write("precious");
        old.close();
        m_plot->setFileWriter([](const QString&, const QByteArray&) { throw std::runtime_error("the disk is full"); });
        m_plot->setPathQuestion([&target](const QString&, const QString&) { return target; });
        QSignalSpy failed(m_plot.get(), &SeriesPlot::exportFailed);
        QSignalSpy exported(m_plot.get(), &SeriesPlot::exported);
        m_plot->saveAs(PlotFormat::Svg);
        QCOMPARE(exported.count(), 0);
        QCOMPARE(failed.count(), 1);
        QVERIFY(failed[0][0].toString().contains(QStringLiteral("old.svg")));
        QVERIFY(failed[0][0].toString().contains(QStringLiteral("the disk is full")));
        QCOMPARE(contents(target), QByteArray("precious"));
    }

    void anUnwritableFolderIsAnError() {
        const auto sentence = exportPlot(*m_plot, QStringLiteral("/no/such/folder/a.png"), PlotFormat::Png);
        QVERIFY(sentence.has_value());
        QVERIFY(sentence->contains(QStringLiteral("/no/such/folder/a.png")));
    }

    void withoutARunThereIsNoCsv() {
        m_plot->setStore(nullptr);
        QVERIFY(exportPlot(*m_plot, path(QStringLiteral("none.csv")), PlotFormat::Csv).has_value());
        QVERIFY(!QFile::exists(path(QStringLiteral("none.csv"))));
        QVERIFY(!exportPlot(*m_plot, path(QStringLiteral("none.png")), PlotFormat::Png));
    }

    void menuAsksWritesAndSignals() {
        QString suggested;
        m_plot->setPathQuestion([this, &suggested](const QString& suggestion, const QString&) {
            suggested = suggestion;
            return path(QStringLiteral("from menu"));
        });
        QSignalSpy exported(m_plot.get(), &SeriesPlot::exported);
        m_plot->findChild<QAction*>(QStringLiteral("saveCsv"))->trigger();
        QCOMPARE(suggested, QStringLiteral("mean-7.csv"));
        QCOMPARE(exported.count(), 1);
        QCOMPARE(exported[0][0].toString(), path(QStringLiteral("from menu.csv")));
        QVERIFY(QFile::exists(path(QStringLiteral("from menu.csv"))));
        m_plot->setPathQuestion([](const QString&, const QString&) { return QString(); });
        m_plot->saveAs(PlotFormat::Png);
        QCOMPARE(exported.count(), 1);
    }

    void copiesThePicture() {
        m_plot->copyPicture();
        QCOMPARE(QGuiApplication::clipboard()->image().size(), QSize(1200, 600));
    }
};

QTEST_MAIN(tst_PlotExporter)
#include "tst_PlotExporter.moc"
