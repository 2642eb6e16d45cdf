// Single columns of CSV histories.
#include "core/sweep/HistoryColumn.h"
#include "tests/core/io/ErrorText.h"

#include <QTest>

#include <cmath>

using namespace normscope;
using normscope::testing::error_text;
using sweep::parse_history;

class tst_HistoryColumn : public QObject {
    Q_OBJECT

   private slots:
    void readsColumnsInAnyOrder() {
        const std::string csv = "step,lr,loss,eval\n1,0.1,2.5,\n2,0.1,nan,0.25\n3,0.1,-1e-3,\n";
        const auto columns = parse_history(csv, "h", {"eval", "loss", "gone"});
        QCOMPARE(columns[0].steps, (std::vector<std::int64_t>{2}));
        QCOMPARE(columns[0].values, (std::vector<double>{0.25}));
        QCOMPARE(columns[1].steps, (std::vector<std::int64_t>{1, 2, 3}));
        QVERIFY(columns[1].values[0] == 2.5 && std::isnan(columns[1].values[1]) && columns[1].values[2] == -1e-3);
        QVERIFY(columns[2].steps.empty());
        QCOMPARE(sweep::csv_columns(csv), (std::vector<std::string>{"step", "lr", "loss", "eval"}));
    }

    void readsAHeaderWithoutRows() {
        QVERIFY(parse_history("step,loss\n", "h", {"loss"})[0].values.empty());
        QCOMPARE(parse_history("step\n7\n", "h", {"step"})[0].values, (std::vector<double>{7}));
    }

    void refuses_data() {
        QTest::addColumn<QString>("csv");
        QTest::addColumn<QString>("expected");
        QTest::newRow("nothing") << ""
                                 << "h, line 1";
        QTest::newRow("another file") << "name,loss\n"
                                      << "must be \"step\"";
        QTest::newRow("short row") << "step,a,b\n1,2,3\n2,2\n"
                                   << "h, line 3: the row is too short";
        QTest::newRow("no number") << "step,a,b\n1,2,x\n"
                                   << "h, line 2";
        QTest::newRow("no step") << "step,a,b\n-,2,1\n"
                                 << "h, line 2";
        QTest::newRow("an empty row") << "step,a,b\n\n"
                                      << "h, line 2";
    }
    void refuses() {
        QFETCH(QString, csv);
        QFETCH(QString, expected);
        const auto text = error_text([&] { parse_history(csv.toStdString(), "h", {"b"}); });
        QVERIFY2(QString::fromStdString(text).contains(expected), text.c_str());
    }
};

QTEST_APPLESS_MAIN(tst_HistoryColumn)
#include "tst_HistoryColumn.moc"
