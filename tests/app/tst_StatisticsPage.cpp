// Exact statistics and smoothing on the page of statistics.
#include "OpenWindow.h"
#include "core/instruments/PopulationStatistics.h"
#include "datasets/DataSpec.h"
#include "widgets/controls/ChoiceField.h"

#include <QComboBox>
#include <QPushButton>
#include <QSignalSpy>

#include <algorithm>

using namespace normscope;
using namespace normscope::app;
using telemetry::Statistic;
using widgets::Curve;
using widgets::Meaning;

namespace {

void choose(widgets::ChoiceField* field, const char* value) {
    auto* box = field->findChild<QComboBox*>();
    box->setCurrentIndex(box->findData(QLatin1String(value)));
    emit field->chosen(field->value());
}

/// The run without a window, up to a step.
Experiment experimentAt(OpenWindow& open, std::int64_t step) {
    const Recipe recipe = open.window.experiment().recipe();
    Experiment experiment(recipe, datasets::load_data(recipe.data));
    Trainer trainer(1);
    while (experiment.step().value < step) trainer.step(experiment);
    return experiment;
}

float exactValue(StatisticsPage* page, Statistic statistic, LayerIndex layer, int channel, std::int64_t step) {
    const auto& store = *page->exact().store();
    return store.series(*store.schema().find(statistic, layer, ChannelIndex{channel}))
        .value_at(step)
        .value_or(std::nanf(""));
}

void compareWithEngine(OpenWindow& open, StatisticsPage* page, std::int64_t step, std::int64_t batches) {
    const Experiment experiment = experimentAt(open, step);
    ThreadPool pool(1);
    const auto expected = instruments::population_statistics(experiment.network(),
                                                             instruments::training_images(experiment, batches), pool);
    QCOMPARE(expected.layers.size(), 2U);
    for (const auto& layer : expected.layers) {
        for (const std::size_t c : {std::size_t{0}, layer.mean.size() - 1}) {
            QCOMPARE(exactValue(page, Statistic::population_mean, layer.layer, int(c), step), float(layer.mean[c]));
            QCOMPARE(exactValue(page, Statistic::population_var, layer.layer, int(c), step), float(layer.var[c]));
        }
    }
}

}  // namespace

class tst_StatisticsPage : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase() { widgets::Theme::loadFonts(); }
    void measuredSeriesStayBounded();
    void computesExactlyOnDemand();
    void measuresEveryFewSteps();
    void canBeCancelled();
    void anotherRunBeginsAnew();
    void rewindingForgets();
    void smoothingKeepsTheRawLine();
    void fitsASmallScreen();
};

void tst_StatisticsPage::measuredSeriesStayBounded() {
    auto schema = std::make_shared<telemetry::SeriesSchema>();
    const SeriesIndex series = schema->add(Statistic::activation_rms, "conv1", LayerIndex{0});
    MeasuredSeries measured(schema);
    const auto store = measured.store();
    measured.insert({20}, {2});
    measured.insert({10}, {1});  // out of order
    measured.insert({20}, {3});  // once more
    QCOMPARE(measured.size(), 2U);
    const auto samples = store->series(series).samples(0, 100, 100);
    QCOMPARE(samples.size(), 2U);
    QCOMPARE(samples[0].first_step, 10);
    QCOMPARE(samples[1].minimum, 3.0F);
    QCOMPARE(measured.nearest({14})->value, 10);
    QCOMPARE(measured.nearest({16})->value, 20);
    QCOMPARE(measured.nearest({1000})->value, 20);
    measured.truncateAfter({15});
    QCOMPARE(measured.newest()->value, 10);
    QVERIFY(!store->series(series).value_at(20));
    QVERIFY_EXCEPTION_THROWN(measured.insert({30}, {1, 2}), std::invalid_argument);
    for (int step = 11; step < 5000; ++step) measured.insert({step}, {float(step)});
    QVERIFY(measured.size() <= MeasuredSeries::mostSteps);
    QVERIFY(measured.size() > MeasuredSeries::mostSteps / 2);
    QCOMPARE(*store->series(series).value_at(4999), 4999.0F);
    QCOMPARE(*store->series(series).value_at(10), 1.0F);  // how it began stays
    QCOMPARE(store.get(), measured.store().get());
}

void tst_StatisticsPage::computesExactlyOnDemand() {
    OpenWindow open;
    auto* page = open.show<StatisticsPage>("statistics");
    open.trainTo(12);
    QCOMPARE(page->meanPlot()->curves().size(), 2U);
    QSignalSpy progress(&page->exact(), &ExactStatistics::progressed);
    page->computeButton()->click();
    QVERIFY(page->exact().isComputing() && page->computeButton()->text().startsWith("Cancel"));
    QTRY_VERIFY_WITH_TIMEOUT(page->exact().size() == 1 && !page->exact().isComputing(), patience);
    QVERIFY(progress.size() > 2);
    QCOMPARE(page->exact().images(), open.model().description()->train_images);
    compareWithEngine(open, page, 12, 0);
    // Drawn dashed beside batch and running, and saved with them.
    const Curve& exact = page->meanPlot()->curves().back();
    QCOMPARE(exact.meaning, Meaning::Exact);
    QVERIFY(exact.store != nullptr);
    const QByteArray csv = page->meanPlot()->csv();
    QVERIFY2(csv.startsWith("step,batch,running,exact\n"), csv.left(60));
    const QByteArray last = csv.trimmed().split('\n').back();
    QCOMPARE(last.split(',')[3].toFloat(),
             exactValue(page, Statistic::population_mean, *open.window.selection().layer(), 0, 12));
    // At an earlier step as well.
    open.window.feed().showStep(StepIndex{5});
    page->computeButton()->click();
    QTRY_VERIFY_WITH_TIMEOUT(page->exact().size() == 2, patience);
    compareWithEngine(open, page, 5, 0);
}

void tst_StatisticsPage::measuresEveryFewSteps() {
    OpenWindow open;
    auto* page = open.show<StatisticsPage>("statistics");
    open.trainTo(3);
    choose(page->everyField(), "10");
    QTRY_VERIFY_WITH_TIMEOUT(page->exact().size() == 1, patience);
    compareWithEngine(open, page, 3, ExactStatistics::batchesByItself);
    open.trainTo(8);
    QTRY_VERIFY(open.window.feed().isIdle());
    QCOMPARE(page->exact().size(), 1U);  // not due yet
    open.trainTo(20);
    QTRY_VERIFY_WITH_TIMEOUT(page->exact().size() >= 2, patience);
    choose(page->everyField(), "0");
    QTRY_VERIFY_WITH_TIMEOUT(open.window.feed().isIdle(), patience);
    const std::size_t before = page->exact().size();
    open.trainTo(45);
    QTRY_VERIFY_WITH_TIMEOUT(open.window.feed().isIdle(), patience);
    QCOMPARE(page->exact().size(), before);
}

void tst_StatisticsPage::canBeCancelled() {
    OpenWindow open;
    auto* page = open.show<StatisticsPage>("statistics");
    open.trainTo(2);
    page->computeButton()->click();
    page->computeButton()->click();
    QTRY_VERIFY_WITH_TIMEOUT(!page->exact().isComputing() && open.window.feed().isIdle(), patience);
    QCOMPARE(page->exact().size(), 0U);
    QCOMPARE(page->computeButton()->text(), "Compute exactly");
}

void tst_StatisticsPage::anotherRunBeginsAnew() {
    OpenWindow open;
    auto* page = open.show<StatisticsPage>("statistics");
    open.trainTo(2);
    page->computeButton()->click();
    QTRY_VERIFY_WITH_TIMEOUT(page->exact().size() == 1, patience);
    const auto run = open.model().description()->run_id;
    open.window.run().reset();
    QTRY_VERIFY_WITH_TIMEOUT(open.model().description()->run_id > run, patience);
    QCOMPARE(page->exact().size(), 0U);
    QTRY_COMPARE(page->meanPlot()->curves().size(), 2U);
}

void tst_StatisticsPage::rewindingForgets() {
    OpenWindow open;
    auto* page = open.show<StatisticsPage>("statistics");
    open.trainTo(10);
    page->computeButton()->click();
    QTRY_VERIFY_WITH_TIMEOUT(page->exact().size() == 1, patience);
    open.window.run().rewind(StepIndex{4});
    QTRY_COMPARE_WITH_TIMEOUT(open.step(), 4, patience);
    QCOMPARE(page->exact().size(), 0U);
}

void tst_StatisticsPage::smoothingKeepsTheRawLine() {
    OpenWindow open;
    auto* page = open.show<StatisticsPage>("statistics");
    open.trainTo(30);
    choose(page->smoothField(), "5");
    const auto& curves = page->meanPlot()->curves();
    QCOMPARE(curves.size(), 3U);
    QVERIFY(curves[0].underSmoothed && curves[0].halfLife == 0 && curves[0].visible);
    QCOMPARE(curves[1].halfLife, 5.0);
    QCOMPARE(curves[1].series.value, curves[0].series.value);
    QCOMPARE(page->lossPlot()->curves().size(), 2U);
    // mean ← value + (mean − value)·2^(−1/5), from the first value on.
    const auto& series = open.model().store()->series(curves[0].series);
    double mean = double(*series.value_at(1));
    for (int step = 2; step <= 30; ++step) {
        const double value = double(*series.value_at(step));
        mean = value + (mean - value) * std::exp2(-0.2);
    }
    const QByteArray last = page->meanPlot()->csv().trimmed().split('\n').back();
    QVERIFY(std::abs(last.split(',')[2].toDouble() - mean) < 1e-6);
    choose(page->smoothField(), "0");
    QCOMPARE(page->meanPlot()->curves().size(), 2U);
    QVERIFY(!page->meanPlot()->curves()[0].underSmoothed);
}

void tst_StatisticsPage::fitsASmallScreen() {
    LaunchOptions options = plainOptions();
    options.size = QSize(1280, 720);
    OpenWindow open(options);
    auto* page = open.show<StatisticsPage>("statistics");
    open.trainTo(2);
    QCOMPARE(open.window.size(), QSize(1280, 720));
    const auto children = page->findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly);
    for (const QWidget* one : children) {
        QVERIFY2(page->rect().contains(one->geometry()), one->metaObject()->className());
        for (const QWidget* other : children) QVERIFY(one == other || !one->geometry().intersects(other->geometry()));
    }
    for (const auto& [name, plot] : page->plots()) {
        QVERIFY2(plot->height() >= 112, qPrintable(name));
        QVERIFY(!plot->whatsThis().isEmpty() && !plot->toolTip().isEmpty());
    }
}

QTEST_MAIN(tst_StatisticsPage)
#include "tst_StatisticsPage.moc"
