#include "widgets/plots/AxisRanges.h"

#include <QTest>

using namespace normscope::widgets;

class tst_AxisRanges : public QObject {
    Q_OBJECT

   private slots:
    void followEndGrowsInJumps_data() {
        QTest::addColumn<int>("last");
        QTest::addColumn<double>("end");
        QTest::newRow("nothing") << 0 << 10.0;
        QTest::newRow("11") << 11 << 12.0;
        QTest::newRow("100") << 100 << 100.0;
        QTest::newRow("101") << 101 << 120.0;
        QTest::newRow("240") << 240 << 240.0;
        QTest::newRow("241") << 241 << 300.0;
        QTest::newRow("81000") << 81000 << 100000.0;
        QTest::newRow("1000") << 1000 << 1000.0;
    }

    void followEndGrowsInJumps() {
        QFETCH(int, last);
        QFETCH(double, end);
        QCOMPARE(followEnd(last), end);
    }

    void calmRangeHasAirAndStays() {
        const ValueRange first = calmRange({}, {0, 1});
        QVERIFY(first.lower < -0.05 && first.upper > 1.05);
        QCOMPARE(calmRange(first, {0.01, 1.02}), first);
        const ValueRange grown = calmRange(first, {0, 2});
        QVERIFY(grown.upper > 2.1);
        const ValueRange shrunk = calmRange(grown, {0.9, 1});
        QVERIFY(shrunk.size() < 0.2);
    }

    void aConstantHasAHeight() {
        const ValueRange range = calmRange({}, {3, 3});
        QVERIFY(range.lower < 3 && range.upper > 3);
        const ValueRange zero = calmRange({}, {0, 0});
        QVERIFY(zero.lower < 0 && zero.upper > 0);
    }

    void stepsStayInside() {
        QCOMPARE(insideSteps({-20, 80}, 240, 4), (ValueRange{0, 100}));
        QCOMPARE(insideSteps({200, 300}, 240, 4), (ValueRange{140, 240}));
        QCOMPARE(insideSteps({-500, 900}, 240, 4), (ValueRange{0, 240}));
        QCOMPARE(insideSteps({100, 100.5}, 240, 4).size(), 4.0);
    }
};

QTEST_MAIN(tst_AxisRanges)
#include "tst_AxisRanges.moc"
