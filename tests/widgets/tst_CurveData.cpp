#include "widgets/plots/CurveData.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace normscope;
using namespace normscope::widgets;
using telemetry::SeriesSample;

class tst_CurveData : public QObject {
    Q_OBJECT

    static std::vector<SeriesSample> raw(const std::vector<float>& values) {
        std::vector<SeriesSample> result;
        for (std::size_t i = 0; i < values.size(); ++i) {
            result.push_back({std::int64_t(i), values[i], values[i], !std::isfinite(values[i])});
        }
        return result;
    }

   private slots:
    void fewSamplesStayThemselves() {
        const CurveData data = curveData(raw({1, 3, 2}), {0, 2}, 100, false);
        QCOMPARE(data.line.size(), std::size_t{3});
        QCOMPARE(data.line[1], QPointF(1, 3));
        QCOMPARE(*data.extrema, (ValueRange{1, 3}));
        QVERIFY(data.dots.empty());
    }

    void manySamplesKeepTheirExtrema() {
        std::vector<float> values(4000, 0.0F);
        values[1234] = 9;
        values[3210] = -7;
        const CurveData data = curveData(raw(values), {0, 4000}, 200, false);
        QVERIFY(data.line.size() <= 402);
        QCOMPARE(*data.extrema, (ValueRange{-7, 9}));
        const auto has = [&data](double y) {
            return std::any_of(data.line.begin(), data.line.end(), [y](const QPointF& p) { return p.y() == y; });
        };
        QVERIFY(has(9) && has(-7));
        for (std::size_t i = 1; i < data.line.size(); ++i) QVERIFY(data.line[i].x() >= data.line[i - 1].x());
    }

    void aRisingLineStaysRising() {
        std::vector<float> values;
        for (int i = 0; i < 1000; ++i) values.push_back(float(i));
        const CurveData data = curveData(raw(values), {0, 1000}, 50, false);
        for (std::size_t i = 1; i < data.line.size(); ++i) QVERIFY(data.line[i].y() >= data.line[i - 1].y());
    }

    void nonFiniteValuesAreGapsAndMarks() {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        const float inf = std::numeric_limits<float>::infinity();
        const CurveData data = curveData(raw({1, nan, 2, inf, 3, 4}), {0, 5}, 100, false);
        QCOMPARE(data.nonFinite, (std::vector{1.0, 3.0}));
        QCOMPARE(*data.extrema, (ValueRange{1, 4}));
        QCOMPARE(std::count_if(data.line.begin(), data.line.end(), [](const QPointF& p) { return std::isnan(p.y()); }),
                 2);
        // 1 and 2 stand alone between gaps: a line would not show them.
        QCOMPARE(data.dots.size(), std::size_t{2});
    }

    void sparsePointsAreDots() {
        QCOMPARE(curveData(raw({0.5F}), {0, 10}, 100, false).dots.size(), std::size_t{1});
        QCOMPARE(curveData(raw({0.5F, 0.6F, 0.7F}), {0, 10}, 100, true).dots.size(), std::size_t{3});
        QVERIFY(curveData({}, {0, 10}, 100, true).line.empty());
    }

    void bucketsReachTheNextOne() {
        const CurveData data = curveData({{0, 1, 2, false}, {16, 2, 3, false}, {32, 3, 3, false}}, {0, 40}, 400, false);
        QCOMPARE(data.line.front(), QPointF(0, 1));
        QCOMPARE(data.line[1], QPointF(15, 2));
        QCOMPARE(data.line.back(), QPointF(32, 3));
    }
};

QTEST_MAIN(tst_CurveData)
#include "tst_CurveData.moc"
