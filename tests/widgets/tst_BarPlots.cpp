// Bars side by side and bars made of parts.
#include "widgets/plots/GroupedBarPlot.h"
#include "widgets/plots/StackedBarPlot.h"
#include "widgets/theme/Theme.h"

#include <QSignalSpy>
#include <QTest>

#include <cmath>
#include <limits>

using namespace normscope::widgets;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// Bars of a chart, in the order in which they were added.
std::vector<QCPBars*> barsOf(QCustomPlot& chart) {
    std::vector<QCPBars*> bars;
    for (int i = 0; i < chart.plottableCount(); ++i) bars.push_back(qobject_cast<QCPBars*>(chart.plottable(i)));
    return bars;
}

template <class Plot>
void show(Plot& plot) {
    plot.resize(400, 260);
    plot.show();
    QTRY_VERIFY(plot.chart().plottableCount() > 0);
}

}  // namespace

class tst_BarPlots : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase() { Theme::loadFonts(); }

    void drawsEveryFiniteValue() {
        Theme theme(ColorScheme::Light);
        GroupedBarPlot plot(theme);
        plot.setBars({"a", "b", "c"}, {{"train mode", Meaning::TrainMode, {1, none, -2}},
                                       {"eval mode", Meaning::EvalMode, {0.5, 4, INFINITY}}});
        show(plot);
        const auto bars = barsOf(plot.chart());
        QCOMPARE(bars.size(), 2U);
        QCOMPARE(bars[0]->dataCount(), 2);
        QCOMPARE(bars[1]->dataCount(), 2);
        QVERIFY(plot.chart().yAxis->range().lower < -2 && plot.chart().yAxis->range().upper > 4);
        // Side by side, and told apart by more than colour.
        QVERIFY(bars[0]->data()->at(0)->key < bars[1]->data()->at(0)->key);
        QVERIFY(bars[0]->brush().color() != bars[0]->pen().color());
        QCOMPARE(bars[1]->brush().color(), bars[1]->pen().color());
    }

    void writesWhatItShows() {
        Theme theme(ColorScheme::Light);
        GroupedBarPlot plot(theme);
        plot.setCategoryName("layer");
        QVERIFY_THROWS_EXCEPTION(std::runtime_error, plot.csv());
        plot.setBars({"bn1", "=x"}, {{"train mode", Meaning::TrainMode, {0.1, none}}});
        QCOMPARE(plot.csv(), "layer,train mode\nbn1,0.1\n'=x,nan\n");
        QVERIFY(plot.groupText(0).contains("train mode: 0.1"));
        QVERIFY(plot.groupText(1).contains("none"));
    }

    void selectsByClickAndByKey() {
        Theme theme(ColorScheme::Light);
        GroupedBarPlot plot(theme);
        plot.setBars({"a", "b", "c"}, {{"x", Meaning::Neutral, {1, 2, 3}}});
        show(plot);
        QSignalSpy activated(&plot, &GroupedBarPlot::categoryActivated);
        const auto at = QPoint(int(plot.chart().xAxis->coordToPixel(1)), plot.chart().axisRect()->center().y());
        QTest::mouseClick(&plot.chart(), Qt::LeftButton, {}, at);
        QCOMPARE(activated.takeFirst().first().toInt(), 1);
        plot.setSelected(1);
        QTest::keyClick(&plot.chart(), Qt::Key_Right);
        QCOMPARE(activated.takeFirst().first().toInt(), 2);
        plot.setSelected(2);
        QTest::keyClick(&plot.chart(), Qt::Key_Right);  // there is no further one
        QVERIFY(activated.isEmpty());
    }

    void theLegendHidesASeries() {
        Theme theme(ColorScheme::Light);
        GroupedBarPlot plot(theme);
        plot.setBars({"a"}, {{"x", Meaning::TrainMode, {1}}, {"y", Meaning::EvalMode, {9}}});
        show(plot);
        const auto entries = plot.findChildren<QAbstractButton*>();
        QVERIFY(entries.size() >= 2);
        entries.at(1)->click();
        QTRY_COMPARE(barsOf(plot.chart()).size(), 1U);
        QVERIFY(plot.chart().yAxis->range().upper < 2);
        QCOMPARE(plot.csv(), "name,x\na,1\n");
    }

    void partsStandOnEachOther() {
        Theme theme(ColorScheme::Dark);
        StackedBarPlot plot(theme);
        QVERIFY_THROWS_EXCEPTION(std::runtime_error, plot.csv());
        plot.setBars({"bn1", "logits"},
                     {{"lag", Meaning::Running, "", {0.3, 0.6}}, {"noise", Meaning::Batch, "", {0.1, -0.1}}},
                     {0.4, 0.5});
        show(plot);
        const auto bars = barsOf(plot.chart());
        QCOMPARE(bars.size(), 2U);
        QCOMPARE(bars[1]->barBelow(), bars[0]);
        QVERIFY(plot.chart().xAxis->range().lower < -0.1);
        QVERIFY(plot.chart().xAxis->range().upper > 0.6);
        QCOMPARE(bars[0]->data()->at(0)->key, 0.0);  // sorted by key: the last one is at the bottom
        QCOMPARE(bars[0]->data()->at(0)->value, 0.6);
        QVERIFY(plot.barText(0).contains("75 %"));
        QVERIFY(plot.barText(1).contains("-20 %"));
        QCOMPARE(plot.csv(), "name,total,lag,noise\nbn1,0.4,0.3,0.1\nlogits,0.5,0.6,-0.1\n");
    }
};

QTEST_MAIN(tst_BarPlots)
#include "tst_BarPlots.moc"
