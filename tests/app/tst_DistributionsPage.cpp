// Journeys through the Distributions page of the real window.
#include "OpenWindow.h"
#include "app/pages/DistributionsPage.h"
#include "core/instruments/TrainingBatch.h"
#include "datasets/DataSpec.h"
#include "widgets/plots/PlotExporter.h"

#include <QAccessible>
#include <QComboBox>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace normscope;
using namespace normscope::app;
using instruments::NormStage;
using widgets::HistogramPlot;

namespace {

/// The window's experiment, trained here without a window.
Experiment experimentAt(OpenWindow& open, std::int64_t step) {
    const Recipe recipe = open.window.experiment().recipe();
    Experiment experiment(recipe, datasets::load_data(recipe.data));
    Trainer trainer(1);
    while (experiment.step().value < step) trainer.step(experiment);
    return experiment;
}

instruments::NormDistributions distributionsOf(Experiment& experiment, const OpenWindow& open, nn::Mode mode,
                                               bool heldOut, const std::vector<ChannelIndex>& channels) {
    ThreadPool pool(1);
    auto& window = const_cast<OpenWindow&>(open).window;
    const LayerIndex layer = *window.selection().layer();
    const auto batch =
        heldOut ? instruments::held_out_batch(experiment, pool) : instruments::next_training_batch(experiment, pool);
    const auto view =
        instruments::view_norm(experiment.network(), layer, batch.images, instruments::pass_of(experiment, pool, mode));
    return instruments::norm_distributions(view, channels,
                                           instruments::running_statistics(experiment.network(), layer));
}

void choose(widgets::ChoiceField* field, const char* value) {
    auto* box = field->findChild<QComboBox*>();
    const int index = box->findData(QLatin1String(value));
    QVERIFY(index >= 0);
    box->setCurrentIndex(index);
    emit box->activated(index);
}

/// Waits until nothing is being measured or about to be.
void settle(OpenWindow& open) {
    QCoreApplication::processEvents();
    QTRY_VERIFY_WITH_TIMEOUT(open.window.feed().isIdle(), patience);
    QCoreApplication::processEvents();
}

void compareStage(const HistogramPlot* plot, const instruments::StageHistograms& expected) {
    const auto& content = plot->content();
    QCOMPARE(content.bars.size(), expected.histograms.size());
    for (std::size_t i = 0; i < expected.histograms.size(); ++i) {
        QCOMPARE(content.bars[i].counts, expected.histograms[i].counts);
        QCOMPARE(content.lower, expected.histograms[i].bins.lower);
        QCOMPARE(content.width, expected.histograms[i].bins.width);
    }
}

}  // namespace

class tst_DistributionsPage : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase() { widgets::Theme::loadFonts(); }
    void numbersAreThoseOfTheEngine();
    void followsSelectionAndChoices();
    void scrubsAndComesBack();
    void replaysEarlierSteps();
    void keepsABoundedHistory();
    void forgetsWhatWasRewound();
    void savesEverything();
    void saysWhatDiverged();
    void showsANetworkWithoutNormLayers();
    void fitsASmallScreen();
    void everyControlHasAName();
};

void tst_DistributionsPage::numbersAreThoseOfTheEngine() {
    OpenWindow open(waitingOptions());
    open.trainTo(12);
    auto* page = open.show<DistributionsPage>("distributions");
    QVERIFY(page);
    settle(open);
    Experiment experiment = experimentAt(open, 12);
    const std::vector<ChannelIndex> channels{ChannelIndex{0}};
    const auto expected = distributionsOf(experiment, open, nn::Mode::train, false, channels);
    for (const NormStage stage : instruments::norm_stages) compareStage(page->histogram(stage), expected.at(stage));
    const auto& before = page->histogram(NormStage::before)->content();
    QCOMPARE(before.expected.size(), 2U);
    QCOMPARE(before.expected[0].shares, expected.at(NormStage::before).batch[0]);
    QCOMPARE(before.expected[1].shares, expected.at(NormStage::before).running[0]);
    QCOMPARE(before.expected[1].meaning, widgets::Meaning::Running);
    const auto& zeros = expected.at(NormStage::activated).histograms[0];
    const QString share = QString::number(100 * zeros.share_of_zeros(), 'f', 1);
    QVERIFY2(page->histogram(NormStage::activated)->content().remarks.join(' ').contains(share), qPrintable(share));
    QCOMPARE(page->ridgePlot()->rows().size(), 1U);
    QCOMPARE(page->ridgePlot()->rows()[0].step, 12);
    QCOMPARE(page->ridgePlot()->rows()[0].batchMean, expected.batch_mean[0]);
    QCOMPARE(page->ridgePlot()->rows()[0].runningMean, std::optional(expected.running_mean[0]));
}

void tst_DistributionsPage::followsSelectionAndChoices() {
    OpenWindow open(waitingOptions());
    open.trainTo(6);
    auto* page = open.show<DistributionsPage>("distributions");
    settle(open);
    emit page->channelSelector()->selectionChanged({ChannelIndex{3}, ChannelIndex{5}});
    settle(open);
    Experiment experiment = experimentAt(open, 6);
    const std::vector<ChannelIndex> two{ChannelIndex{3}, ChannelIndex{5}};
    compareStage(page->histogram(NormStage::after),
                 distributionsOf(experiment, open, nn::Mode::train, false, two).at(NormStage::after));
    QVERIFY2(page->histogram(NormStage::after)->title().contains("3, 5"),
             qPrintable(page->histogram(NormStage::after)->title()));
    QCOMPARE(page->ridgePlot()->rows().size(), 1U);  // of other channels: begun anew

    choose(page->imagesChoice(), "held-out");
    choose(page->modeChoice(), "eval");
    choose(page->scopeChoice(), "layer");
    settle(open);
    const auto whole = distributionsOf(experiment, open, nn::Mode::eval, true, {});
    for (const NormStage stage : instruments::norm_stages) compareStage(page->histogram(stage), whole.at(stage));
    QVERIFY(page->histogram(NormStage::before)->title().contains("all channels"));

    // Another layer.
    const std::size_t columns = page->histogram(NormStage::before)->content().bars[0].counts.size();
    open.window.selection().selectLayer(LayerIndex{1});
    settle(open);
    QVERIFY2(page->histogram(NormStage::before)->title().contains("bn1"),
             qPrintable(page->histogram(NormStage::before)->title()));
    const auto first = distributionsOf(experiment, open, nn::Mode::eval, true, {});
    compareStage(page->histogram(NormStage::before), first.at(NormStage::before));
    QVERIFY(columns > 0);
}

void tst_DistributionsPage::scrubsAndComesBack() {
    OpenWindow open(waitingOptions());
    open.trainTo(20);
    auto* page = open.show<DistributionsPage>("distributions");
    settle(open);
    const auto newest = page->histogram(NormStage::before)->content().bars[0].counts;
    open.window.feed().showStep(StepIndex{7});
    settle(open);
    Experiment experiment = experimentAt(open, 7);
    const std::vector<ChannelIndex> channels{ChannelIndex{0}};
    const auto then = distributionsOf(experiment, open, nn::Mode::train, false, channels);
    for (const NormStage stage : instruments::norm_stages) compareStage(page->histogram(stage), then.at(stage));
    QCOMPARE(page->ridgePlot()->rows().size(), 2U);
    QCOMPARE(page->ridgePlot()->rows()[0].step, 7);  // in the order of the steps
    open.window.feed().follow();
    settle(open);
    QCOMPARE(page->histogram(NormStage::before)->content().bars[0].counts, newest);
}

void tst_DistributionsPage::replaysEarlierSteps() {
    OpenWindow open(waitingOptions());
    open.trainTo(33);
    auto* page = open.show<DistributionsPage>("distributions");
    settle(open);
    QCOMPARE(page->ridgePlot()->rows().size(), 1U);
    QTest::mouseClick(page->replayButton(), Qt::LeftButton);
    QVERIFY(!page->replayButton()->isEnabled());
    settle(open);
    QTRY_VERIFY_WITH_TIMEOUT(page->ridgePlot()->rows().size() == 12, patience);
    QTRY_VERIFY(page->replayButton()->isEnabled());
    QCOMPARE(page->ridgePlot()->rows().front().step, 0);
    QCOMPARE(page->ridgePlot()->rows().back().step, 33);
    // The replayed rows are what one would have seen then.
    const std::vector<ChannelIndex> channels{ChannelIndex{0}};
    for (const std::size_t row : {0U, 4U, 7U}) {
        const auto& shown = page->ridgePlot()->rows()[row];
        Experiment experiment = experimentAt(open, shown.step);
        const auto expected = distributionsOf(experiment, open, nn::Mode::train, false, channels);
        QCOMPARE(shown.batchMean, expected.batch_mean[0]);
        QCOMPARE(shown.runningMean, std::optional(expected.running_mean[0]));
        QCOMPARE(shown.lower, expected.at(NormStage::before).histograms[0].bins.lower);
    }
    // The run stands where it stood.
    QCOMPARE(open.step(), 33);
}

void tst_DistributionsPage::keepsABoundedHistory() {
    RidgeHistory history(8);
    for (std::int64_t step = 0; step <= 1000; step += 10) history.add({.step = step});
    QCOMPARE(history.rows().size(), 8U);
    QCOMPARE(history.rows().front().step, 0);
    QCOMPARE(history.rows().back().step, 1000);
    for (std::size_t i = 1; i < 8; ++i) {
        const auto gap = history.rows()[i].step - history.rows()[i - 1].step;
        QVERIFY2(gap >= 10 && gap <= 400, qPrintable(QString::number(gap)));
    }
    history.add({.step = 1000, .batchMean = 5});
    QCOMPARE(history.rows().back().batchMean, 5.0);
    history.forgetAfter(500);
    QVERIFY(history.rows().back().step <= 500);
}

void tst_DistributionsPage::forgetsWhatWasRewound() {
    OpenWindow open(waitingOptions());
    open.trainTo(10);
    auto* page = open.show<DistributionsPage>("distributions");
    settle(open);
    open.trainTo(24);
    settle(open);
    QTRY_COMPARE(page->ridgePlot()->rows().back().step, 24);
    open.window.run().rewind(StepIndex{15});
    QTRY_COMPARE_WITH_TIMEOUT(open.step(), 15, patience);
    settle(open);
    QTRY_COMPARE(page->ridgePlot()->rows().back().step, 15);
}

void tst_DistributionsPage::savesEverything() {
    OpenWindow open(waitingOptions());
    open.trainTo(4);
    auto* page = open.show<DistributionsPage>("distributions");
    settle(open);
    QTemporaryDir folder;
    QSignalSpy written(&open.window.writer(), &BackgroundWriter::written);
    QCOMPARE(page->plots().size(), 5U);
    for (const auto& [name, plot] : page->plots()) {
        for (const auto format :
             {widgets::PlotFormat::Png, widgets::PlotFormat::Svg, widgets::PlotFormat::Pdf, widgets::PlotFormat::Csv}) {
            const QString path = folder.filePath(name + "." + widgets::suffixOf(format));
            plot->setPathQuestion([path](const QString&, const QString&) { return path; });
            plot->saveAs(format);
            QTRY_VERIFY2(QFileInfo(path).size() > 100, qPrintable(path));
        }
    }
    QTRY_COMPARE(written.count(), 20);
    QFile csv(folder.filePath("distribution-x.csv"));
    QVERIFY(csv.open(QIODevice::ReadOnly));
    QCOMPARE(csv.readLine(), QByteArray("from,to,values,values (count),batch,running\n"));
}

void tst_DistributionsPage::saysWhatDiverged() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.step() >= 3, patience);
    auto* page = open.show<DistributionsPage>("distributions");
    open.window.experiment().changeHyperparameter("optimizer.weight_decay", 10);
    open.type("optimizer.lr", "1e6");
    QTRY_COMPARE_WITH_TIMEOUT(open.model().snapshot().state, telemetry::RunState::diverged, patience);
    settle(open);
    QTRY_VERIFY(!page->histogram(NormStage::before)->content().warnings.isEmpty());
    const QString warning = page->histogram(NormStage::before)->content().warnings.join(' ');
    QVERIFY2(warning.contains("NaN") || warning.contains("∞"), qPrintable(warning));
}

void tst_DistributionsPage::showsANetworkWithoutNormLayers() {
    QTemporaryDir folder;
    const QString path = folder.filePath("recipe.json");
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(R"({"schema": 1, "model": {"norm": {"type": "none"}}, "data": {"batch_size": 4}})");
    file.close();
    OpenWindow open(waitingOptions());
    open.trainTo(2);
    auto* page = open.show<DistributionsPage>("distributions");
    settle(open);
    const auto run = open.model().description()->run_id;
    open.window.experiment().openRecipe(path, true);
    QTRY_VERIFY_WITH_TIMEOUT(open.model().description()->run_id > run && open.step() >= 2, patience);
    QTRY_VERIFY(page->histogram(NormStage::before)->content().bars.empty());
    QVERIFY(!page->replayButton()->isEnabled());
    QVERIFY(page->ridgePlot()->rows().empty());
}

void tst_DistributionsPage::fitsASmallScreen() {
    LaunchOptions options = plainOptions();
    options.size = QSize(1280, 720);
    OpenWindow open(options);
    open.trainTo(2);
    auto* page = open.show<DistributionsPage>("distributions");
    settle(open);
    QCOMPARE(open.window.size(), QSize(1280, 720));
    const auto plots = page->plots();
    for (std::size_t i = 0; i < plots.size(); ++i) {
        const QWidget* plot = plots[i].second;
        QVERIFY2(plot->height() >= 150 && plot->width() >= 220, qPrintable(plots[i].first));
        QVERIFY(page->rect().contains(plot->geometry()));
        for (std::size_t j = 0; j < i; ++j) QVERIFY(!plot->geometry().intersects(plots[j].second->geometry()));
    }
}

void tst_DistributionsPage::everyControlHasAName() {
    OpenWindow open(waitingOptions());
    open.trainTo(1);
    auto* page = open.show<DistributionsPage>("distributions");
    settle(open);
    for (QWidget* widget : page->findChildren<QWidget*>()) {
        if (widget->focusPolicy() == Qt::NoFocus || !widget->isVisible()) continue;
        const auto* access = QAccessible::queryAccessibleInterface(widget);
        QVERIFY2(access && !access->text(QAccessible::Name).isEmpty(), widget->metaObject()->className());
    }
    for (const auto& [name, plot] : page->plots()) {
        QVERIFY2(!plot->toolTip().isEmpty() && !plot->whatsThis().isEmpty(), qPrintable(name));
    }
}

QTEST_MAIN(tst_DistributionsPage)
#include "tst_DistributionsPage.moc"
