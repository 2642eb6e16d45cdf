#include "datasets/LabelsCsv.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/io/Mutation.h"

#include <QTest>

using namespace normscope;
using namespace normscope::datasets;
using namespace normscope::testing;

namespace {

/// "file=label" of every row, with the line where it is not the next one.
std::string parsed(const std::string& csv) {
    std::string text;
    for (const auto& row : parse_labels_csv(csv, "labels.csv")) {
        text += row.file + '=' + row.label + '@' + std::to_string(row.line) + ';';
    }
    return text;
}

}  // namespace

class tst_LabelsCsv : public QObject {
    Q_OBJECT

   private slots:
    void reads_data() {
        QTest::addColumn<QByteArray>("csv");
        QTest::addColumn<QByteArray>("rows");
        QTest::newRow("plain") << QByteArray("a.png,cat\nb.png,dog\n") << QByteArray("a.png=cat@1;b.png=dog@2;");
        QTest::newRow("no last line break") << QByteArray("a.png,cat") << QByteArray("a.png=cat@1;");
        QTest::newRow("CRLF") << QByteArray("a,x\r\nb,y\r\n") << QByteArray("a=x@1;b=y@2;");
        QTest::newRow("header") << QByteArray("filename,label\na,x\n") << QByteArray("a=x@2;");
        QTest::newRow("header, other order") << QByteArray("Label,File\nx,a\n") << QByteArray("a=x@2;");
        QTest::newRow("header, more columns")
            << QByteArray("id,filename,width,class\n7,a,640,x\n") << QByteArray("a=x@2;");
        QTest::newRow("header of two, one known") << QByteArray("breed,image\nx,a\n") << QByteArray("a=x@2;");
        QTest::newRow("byte order mark") << QByteArray(
                                                "\xEF\xBB\xBF"
                                                "filename,label\na,x\n")
                                         << QByteArray("a=x@2;");
        QTest::newRow("quotes") << QByteArray("\"a,b.png\",\"say \"\"hi\"\"\"\nc,y\n")
                                << QByteArray("a,b.png=say \"hi\"@1;c=y@2;");
        QTest::newRow("line break in quotes") << QByteArray("\"a\nb\",x\nc,y\n") << QByteArray("a\nb=x@1;c=y@3;");
        QTest::newRow("spaces") << QByteArray(" a b , x \t\n \"c\" ,\"y\" \n") << QByteArray("a b=x@1;c=y@2;");
        QTest::newRow("empty lines") << QByteArray("\n\na,x\n\n\nb,y\n\n") << QByteArray("a=x@3;b=y@6;");
        QTest::newRow("non-ASCII") << QByteArray("grün.png,Äpfel\n") << QByteArray("grün.png=Äpfel@1;");
    }
    void reads() {
        QFETCH(QByteArray, csv);
        QFETCH(QByteArray, rows);
        QCOMPARE(QByteArray::fromStdString(parsed(csv.toStdString())), rows);
    }

    void refuses_data() {
        QTest::addColumn<QByteArray>("csv");
        QTest::addColumn<QString>("words");
        QTest::newRow("empty") << QByteArray("") << "names no file";
        QTest::newRow("header only") << QByteArray("filename,label\n") << "names no file";
        QTest::newRow("one column") << QByteArray("a,x\nb\n") << "line 2: it has 1 column;";
        QTest::newRow("three columns") << QByteArray("a,x\nb,y,z\n") << "line 2: it has 3 columns;";
        QTest::newRow("semicolons") << QByteArray("a;x\n") << "separated by a comma";
        QTest::newRow("no label column") << QByteArray("filename,x,y\na,1,2\n") << "no column \"label\"";
        QTest::newRow("cut row") << QByteArray("id,filename,label\n1,a\n") << "line 2: it has 2 columns";
        QTest::newRow("no file") << QByteArray("a,x\n,y\n") << "line 2: the file name is empty";
        QTest::newRow("no label") << QByteArray("a,x\nb,\n") << "line 2: the label is empty";
        QTest::newRow("open quote") << QByteArray("a,x\n\"b,y\n") << "line 2: a quoted cell does not end";
        QTest::newRow("after the quote") << QByteArray("\"a\"b,x\n") << "line 1: something follows the closing quote";
        QTest::newRow("Latin-1") << QByteArray("a,\xE4pfel\n") << "line 1: it is no UTF-8 text";
        QTest::newRow("NUL") << QByteArray("a,x\0y\n", 6) << "no UTF-8 text";
    }
    void refuses() {
        QFETCH(QByteArray, csv);
        QFETCH(QString, words);
        const auto text = error_text([&] { parsed(csv.toStdString()); });
        QVERIFY2(text.find(words.toStdString()) != std::string::npos, text.c_str());
        QVERIFY2(text.starts_with("labels.csv") && text.ends_with('.'), text.c_str());
    }

    void sortsLabels() {
        const auto sorted = [](const std::string& csv) { return sorted_labels(parse_labels_csv(csv, "x")); };
        QCOMPARE(sorted("a,10\nb,9\nc,10\nd,0\n"), (std::vector<std::string>{"0", "9", "10"}));
        QCOMPARE(sorted("a,10\nb,9\nc,x\n"), (std::vector<std::string>{"10", "9", "x"}));
        QCOMPARE(sorted("a,dog\nb,cat\n"), (std::vector<std::string>{"cat", "dog"}));
    }

    void surviveDamage() {
        std::mt19937_64 random(2);
        const std::string good = "filename,label\na.png,cat\n\"b,c.png\",\"do\"\"g\"\r\nd.png,bird\n";
        for (int i = 0; i < 20'000; ++i) {
            const std::string bad = mutated(good, random);
            std::string rows;
            const auto text = error_text([&] { rows = parsed(bad); });
            QCOMPARE(text.empty(), !rows.empty());
        }
    }
};

QTEST_APPLESS_MAIN(tst_LabelsCsv)
#include "tst_LabelsCsv.moc"
