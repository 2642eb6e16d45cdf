#include "core/io/CsvCell.h"

#include <QTest>

using normscope::io::csv_cell;

class tst_CsvCell : public QObject {
    Q_OBJECT

   private slots:
    void cell_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected");
        QTest::newRow("plain") << "bn1.weight[3]"
                               << "bn1.weight[3]";
        QTest::newRow("empty") << ""
                               << "";
        QTest::newRow("comma") << "a,b"
                               << "\"a,b\"";
        QTest::newRow("quote") << "a\"b"
                               << "\"a\"\"b\"";
        QTest::newRow("line break") << "a\nb"
                                    << "\"a\nb\"";
        QTest::newRow("=") << "=1+2"
                           << "'=1+2";
        QTest::newRow("+") << "+1"
                           << "'+1";
        QTest::newRow("-") << "-x"
                           << "'-x";
        QTest::newRow("@") << "@SUM(A1,A2)"
                           << "\"'@SUM(A1,A2)\"";
        QTest::newRow("tab") << "\t=1"
                             << "'\t=1";
    }
    void cell() {
        QFETCH(QString, text);
        QFETCH(QString, expected);
        QCOMPARE(QString::fromStdString(csv_cell(text.toStdString())), expected);
    }
};

QTEST_APPLESS_MAIN(tst_CsvCell)
#include "tst_CsvCell.moc"
