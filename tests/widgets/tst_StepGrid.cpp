#include "widgets/plots/StepGrid.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace normscope;
using namespace normscope::widgets;
using telemetry::SeriesSample;

class tst_StepGrid : public QObject {
    Q_OBJECT

   private slots:
    void coversTheSteps_data() {
        QTest::addColumn<qint64>("first");
        QTest::addColumn<qint64>("last");
        QTest::addColumn<int>("most");
        QTest::addColumn<qint64>("width");
        QTest::newRow("one step") << qint64(1) << qint64(1) << 100 << qint64(1);
        QTest::newRow("a column a step") << qint64(1) << qint64(100) << 100 << qint64(1);
        QTest::newRow("two steps a column") << qint64(1) << qint64(101) << 100 << qint64(2);
        QTest::newRow("zoomed") << qint64(1234) << qint64(1300) << 40 << qint64(2);
        QTest::newRow("a million") << qint64(1) << qint64(1000000) << 600 << qint64(1667);
        QTest::newRow("one column") << qint64(1) << qint64(77) << 1 << qint64(77);
    }
    void coversTheSteps() {
        QFETCH(qint64, first);
        QFETCH(qint64, last);
        QFETCH(int, most);
        QFETCH(qint64, width);
        const StepGrid grid = stepGrid(first, last, most);
        QCOMPARE(qint64(grid.width), width);
        QVERIFY(grid.count <= most);
        QVERIFY(grid.first <= first && grid.end() > last && grid.begin(grid.count - 1) <= last);
        QCOMPARE((grid.first - 1) % grid.width, 0);
        QCOMPARE(grid.columnOf(first), 0);
        QCOMPARE(grid.columnOf(last), grid.count - 1);
        QCOMPARE(grid.columnOf(grid.end()), -1);
    }

    void noStepsNoColumns() { QCOMPARE(stepGrid(1, 0, 100).count, 0); }

    void aValueIsOfItsStep() {
        const std::vector<SeriesSample> samples{{1, 2, 2, false}, {2, 3, 3, false}, {4, 5, 5, false}};
        const auto cells = resampled(samples, {1, 1, 4});
        QCOMPARE(cells[0], 2.0F);
        QCOMPARE(cells[1], 3.0F);
        QVERIFY(std::isnan(cells[2]));
        QCOMPARE(cells[3], 5.0F);
    }

    void aColumnShowsTheMiddleOfItsExtremes() {
        const std::vector<SeriesSample> samples{{1, 1, 1, false}, {2, 9, 9, false}, {3, 2, 2, false}};
        const auto cells = resampled(samples, {1, 3, 1});
        QCOMPARE(cells[0], 5.0F);
    }

    void aBucketReachesToTheNext() {
        const std::vector<SeriesSample> samples{{1, 0, 2, false}, {17, 4, 4, false}};
        const auto cells = resampled(samples, {1, 8, 4});
        QCOMPARE(cells[0], 1.0F);
        QCOMPARE(cells[1], 1.0F);
        QCOMPARE(cells[2], 4.0F);
        QVERIFY(std::isnan(cells[3]));
        // Zoomed into a bucket that began before.
        QCOMPARE(resampled(samples, {9, 1, 2})[0], 1.0F);
    }

    void whatIsNotFiniteIsSeen() {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        const std::vector<SeriesSample> samples{{1, 1, 1, false}, {2, nan, nan, true}, {3, 0, 3, true}};
        const auto cells = resampled(samples, {1, 1, 3});
        QCOMPARE(cells[0], 1.0F);
        QVERIFY(std::isinf(cells[1]));
        QVERIFY(std::isinf(cells[2]));
    }
};

QTEST_APPLESS_MAIN(tst_StepGrid)
#include "tst_StepGrid.moc"
