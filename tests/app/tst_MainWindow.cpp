// Journeys through the real window.
#include "OpenWindow.h"
#include "app/panels/ExperimentPanel.h"
#include "core/recipe/RecipeJson.h"
#include "core/train/Recorder.h"
#include "core/train/Trainer.h"
#include "datasets/DataSpec.h"
#include "widgets/network/NetworkStrip.h"
#include "widgets/plots/PlotExporter.h"
#include "widgets/status/StatusLine.h"

#include <QAccessible>
#include <QAction>
#include <QFile>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <bit>

using namespace normscope;
using namespace normscope::app;
using telemetry::RunState;
using telemetry::Statistic;
using widgets::SeriesPlot;

class tst_MainWindow : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase() { widgets::Theme::loadFonts(); }
    void trainsByItself();
    void changesMomentumWhileRunning();
    void refusesABadValueInPlace();
    void pausesStepsAndResets();
    void goesBackToTheLastGoodStep();
    void followsLayerAndChannels();
    void savesAPlot();
    void reportsAFailedSave();
    void zoomsAllPlotsTogether();
    void historyIsThatOfTheEngine();
    void showsANetworkWithoutNormLayers();
    void switchesTheme();
    void fitsASmallScreen();
    void closesWhileTraining();
    void everyControlHasAName();
};

void tst_MainWindow::trainsByItself() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.step() >= 20, patience);
    QVERIFY(open.model().isActive());
    const auto* page = statisticsOf(open.window);
    QCOMPARE(page->meanPlot()->curves().size(), 2U);
    QVERIFY(page->meanPlot()->replotCount() > 0);
    const auto accuracy = open.model().store()->schema().find(Statistic::eval_accuracy);
    QTRY_VERIFY(open.model().store()->series(*accuracy).count() >= 2);
}

void tst_MainWindow::changesMomentumWhileRunning() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.step() >= 5, patience);
    open.type("model.norm.momentum", "0.001");
    QTRY_COMPARE(open.model().events().size(), 1U);
    const auto event = open.model().events().front();
    QCOMPARE(event.label, "momentum 0.001");
    QTRY_VERIFY_WITH_TIMEOUT(open.step() >= event.step.value + 5, patience);
    open.window.run().pause();
    QTRY_COMPARE(open.model().snapshot().state, RunState::paused);

    // From the next step on, running = (1 − m)·running + m·batch with the new m.
    const auto& store = *open.model().store();
    const LayerIndex layer = *open.window.selection().layer();
    const auto value = [&](Statistic statistic, std::int64_t step) {
        return *store.series(*store.schema().find(statistic, layer, ChannelIndex{0})).value_at(step);
    };
    const auto changed = event.step.value + 1;
    const double expected =
        0.999 * value(Statistic::running_mean, changed - 1) + 0.001 * value(Statistic::batch_mean, changed);
    QVERIFY(std::abs(value(Statistic::running_mean, changed) - expected) < 1e-6);
}

void tst_MainWindow::refusesABadValueInPlace() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.step() >= 1, patience);
    open.type("model.norm.momentum", "7");
    QVERIFY(open.window.experimentPanel()->field("model.norm.momentum")->isRefused());
    QCOMPARE(open.edit("model.norm.momentum")->text(), "7");
    QCOMPARE(open.window.experiment().recipe().model.norm.momentum, 0.01);
    QTest::keyClick(open.edit("model.norm.momentum"), Qt::Key_Escape);
    QVERIFY(!open.window.experimentPanel()->field("model.norm.momentum")->isRefused());
    QVERIFY(open.model().events().empty());
}

void tst_MainWindow::pausesStepsAndResets() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.step() >= 3, patience);
    open.window.run().playPauseAction()->trigger();
    QTRY_COMPARE(open.model().snapshot().state, RunState::paused);
    const auto paused = open.step();
    open.window.run().stepAction()->trigger();
    QTRY_COMPARE(open.step(), paused + 1);
    QCOMPARE(open.model().snapshot().state, RunState::paused);
    QCOMPARE(open.model().store()->last_step().value, paused + 1);
    const auto run = open.model().description()->run_id;
    open.window.run().resetAction()->trigger();
    QTRY_VERIFY(open.model().description()->run_id > run);
    QTRY_COMPARE(open.step(), 0);
    QCOMPARE(open.model().snapshot().state, RunState::paused);
    open.window.run().playPauseAction()->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(open.step() >= 2, patience);
}

void tst_MainWindow::goesBackToTheLastGoodStep() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.step() >= 20, patience);
    QAction* back = open.window.run().lastGoodStepAction();
    QVERIFY(!back->isEnabled() && !back->toolTip().isEmpty() && !back->shortcut().isEmpty());
    const double learningRate = open.window.experiment().recipe().optimizer.lr;
    open.window.experiment().changeHyperparameter("optimizer.weight_decay", 10);
    open.type("optimizer.lr", "1e6");  // weights now grow ten-million-fold a step
    QTRY_COMPARE_WITH_TIMEOUT(open.model().snapshot().state, RunState::diverged, patience);
    QTRY_VERIFY(open.model().divergence());
    const auto bad = open.model().divergence()->step.value;
    const auto* status = open.window.findChild<widgets::StatusLine*>();
    QTRY_VERIFY2(status->message().contains("first value that is not finite"), qPrintable(status->message()));
    QVERIFY(back->isEnabled());
    QTRY_COMPARE(open.model().store()->last_step().value, bad);

    back->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(open.model().snapshot().state, RunState::paused, patience);
    QTRY_COMPARE(open.step(), bad - 1);
    QCOMPARE(open.model().store()->last_step().value, bad - 1);
    QVERIFY(!open.model().divergence() && !back->isEnabled());
    const LayerIndex layer = *open.window.selection().layer();
    const auto var = open.model().store()->schema().find(Statistic::running_var, layer, ChannelIndex{0});
    QVERIFY(std::isfinite(*open.model().store()->series(*var).value_at(bad - 1)));

    // Back before the change: its mark and its value in the panel go with it.
    QCOMPARE(open.model().events().size(), 2U);
    const auto changed = open.model().events()[0].step.value;
    open.window.run().rewind(StepIndex{changed - 1});
    QTRY_COMPARE(open.step(), changed - 1);
    QTRY_VERIFY(open.model().events().empty());
    QCOMPARE(open.window.experiment().recipe().optimizer.lr, learningRate);
    QVERIFY(open.edit("optimizer.lr")->text() != "1e6");
    open.window.run().playPauseAction()->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(open.step() >= changed + 2, patience);
}

void tst_MainWindow::followsLayerAndChannels() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.step() >= 2, patience);
    const auto& layers = open.model().description()->layers;
    QCOMPARE(layers[open.window.selection().layer()->value].name, "bn2");

    // bn1 is the third block behind the input.
    emit open.window.networkStrip()->layerActivated(LayerIndex{2});
    QCOMPARE(layers[open.window.selection().layer()->value].name, "bn1");
    emit statisticsOf(open.window)->channelSelector()->selectionChanged({ChannelIndex{3}, ChannelIndex{5}});
    QCOMPARE(open.window.selection().channels().size(), 2U);
    const auto* plot = statisticsOf(open.window)->meanPlot();
    QVERIFY2(plot->title().contains("3, 5"), qPrintable(plot->title()));
    QCOMPARE(plot->curves().size(), 4U);
    const auto& info = open.model().store()->schema().info(plot->curves()[1].series);
    QCOMPARE(QString::fromStdString(info.name), "bn1.batch_mean[5]");

    // Each layer remembers its channels.
    emit open.window.networkStrip()->layerActivated(LayerIndex{6});
    QCOMPARE(open.window.selection().channels().size(), 1U);
    emit open.window.networkStrip()->layerActivated(LayerIndex{2});
    QCOMPARE(open.window.selection().channels().size(), 2U);
}

void tst_MainWindow::savesAPlot() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.step() >= 10, patience);
    open.window.run().pause();
    QTRY_COMPARE(open.model().snapshot().state, RunState::paused);
    QTemporaryDir folder;
    SeriesPlot* plot = statisticsOf(open.window)->meanPlot();
    QSignalSpy written(&open.window.writer(), &BackgroundWriter::written);
    for (const auto format :
         {widgets::PlotFormat::Png, widgets::PlotFormat::Svg, widgets::PlotFormat::Pdf, widgets::PlotFormat::Csv}) {
        const QString path = folder.filePath("plot äöü '1'." + widgets::suffixOf(format));
        plot->setPathQuestion([path](const QString&, const QString&) { return path; });
        plot->saveAs(format);
        QTRY_VERIFY(QFileInfo(path).size() > 100);
    }
    QTRY_COMPARE(written.count(), 4);
}

void tst_MainWindow::reportsAFailedSave() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.step() >= 2, patience);
    SeriesPlot* plot = statisticsOf(open.window)->meanPlot();
    plot->setPathQuestion([](const QString&, const QString&) { return QStringLiteral("/nowhere/at/all/plot.png"); });
    plot->saveAs(widgets::PlotFormat::Png);
    const auto* status = open.window.findChild<widgets::StatusLine*>();
    QTRY_VERIFY2(status->message().contains("/nowhere/at/all"), qPrintable(status->message()));
    const auto step = open.step();
    QTRY_VERIFY_WITH_TIMEOUT(open.step() > step, patience);
}

void tst_MainWindow::zoomsAllPlotsTogether() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.step() >= 30, patience);
    const auto* page = statisticsOf(open.window);
    emit page->meanPlot()->xRangeChanged(5, 15);
    for (const auto& [name, card] : page->plots()) {
        const auto* plot = qobject_cast<SeriesPlot*>(card);
        QVERIFY(plot);
        if (plot == page->meanPlot()) continue;
        QTRY_COMPARE(plot->xRange().lower, 5.0);
        QTRY_COMPARE(plot->xRange().upper, 15.0);
        QVERIFY(!plot->isFollowing());
    }
    emit page->meanPlot()->followStarted();
    QVERIFY(page->variancePlot()->isFollowing());
}

void tst_MainWindow::historyIsThatOfTheEngine() {
    constexpr std::int64_t steps = 45;
    OpenWindow open([] {
        LaunchOptions options = plainOptions();
        options.screenshot = "unused";  // waits for play
        return options;
    }());
    QTRY_COMPARE_WITH_TIMEOUT(open.model().snapshot().state, RunState::paused, patience);
    open.window.run().playUntil(StepIndex{7});
    QTRY_COMPARE_WITH_TIMEOUT(open.step(), 7, patience);
    QTRY_COMPARE(open.model().snapshot().state, RunState::paused);
    open.window.run().playUntil(StepIndex{steps});
    QTRY_COMPARE_WITH_TIMEOUT(open.step(), steps, patience);
    QTRY_COMPARE(open.model().store()->last_step().value, steps);

    // The same recipe without a window, on one thread, in one go.
    const Recipe recipe = open.window.experiment().recipe();
    Experiment experiment(recipe, datasets::load_data(recipe.data));
    Trainer trainer(1);
    const auto& store = *open.model().store();
    for (std::int64_t step = 1; step <= steps; ++step) {
        telemetry::StepColumns row;
        record_step(experiment, trainer.step(experiment), row);
        for (std::size_t i = 0; i < row.dense.size(); ++i) {
            const auto seen = store.series({static_cast<std::int64_t>(i)}).value_at(step);
            QVERIFY(seen);
            QCOMPARE(std::bit_cast<std::uint32_t>(*seen), std::bit_cast<std::uint32_t>(row.dense[i]));
        }
    }
}

void tst_MainWindow::showsANetworkWithoutNormLayers() {
    QTemporaryDir folder;
    const QString path = folder.filePath("recipe.json");
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(R"({"schema": 1, "model": {"name": "vgg", "norm": {"type": "none"}}, "data": {"batch_size": 4}})");
    file.close();
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.step() >= 2, patience);
    const auto run = open.model().description()->run_id;
    open.window.experiment().openRecipe(path, true);
    QTRY_VERIFY_WITH_TIMEOUT(open.model().description()->run_id > run && open.step() >= 2, patience);
    QVERIFY(!open.window.selection().layer());
    QVERIFY(statisticsOf(open.window)->meanPlot()->curves().empty());
    QVERIFY(!statisticsOf(open.window)->lossPlot()->curves().empty());
    QVERIFY(!open.window.experimentPanel()->field("model.norm.momentum")->isEnabled());
    // And back to one with them, over one with more layers.
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    file.write(R"({"schema": 1, "model": {"name": "vgg"}, "data": {"batch_size": 4}})");
    file.close();
    open.window.experiment().openRecipe(path, true);
    QTRY_VERIFY_WITH_TIMEOUT(open.window.selection().layer() == LayerIndex{11}, patience);
    open.window.experiment().startDefault(true);
    QTRY_VERIFY_WITH_TIMEOUT(open.window.selection().layer() == LayerIndex{5}, patience);
    QCOMPARE(statisticsOf(open.window)->meanPlot()->curves().size(), 2U);
}

void tst_MainWindow::switchesTheme() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.step() >= 2, patience);
    const QImage light = open.window.grab().toImage();
    open.theme.setScheme(widgets::ColorScheme::Dark);
    const QImage dark = open.window.grab().toImage();
    const QPoint inside(700, 70);
    QVERIFY(light.pixelColor(inside).lightness() > 200);
    QVERIFY(dark.pixelColor(inside).lightness() < 60);
}

void tst_MainWindow::fitsASmallScreen() {
    LaunchOptions options = plainOptions();
    options.size = QSize(1280, 720);
    OpenWindow open(options);
    QTRY_VERIFY_WITH_TIMEOUT(open.step() >= 2, patience);
    QCOMPARE(open.window.size(), QSize(1280, 720));
    for (const auto& [name, plot] : statisticsOf(open.window)->plots())
        QVERIFY2(plot->height() >= 112, qPrintable(name));
}

void tst_MainWindow::closesWhileTraining() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.step() >= 3, patience);
    QVERIFY(open.model().isActive());
    QVERIFY(open.window.close());
    // Leaving the scope destroys the window and joins the training thread.
}

void tst_MainWindow::everyControlHasAName() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.step() >= 1, patience);
    for (const QWidget* widget : open.window.findChildren<QWidget*>()) {
        if (widget->focusPolicy() == Qt::NoFocus || !widget->isVisible()) continue;
        const QString kind = widget->metaObject()->className();
        const QAccessibleInterface* access = QAccessible::queryAccessibleInterface(const_cast<QWidget*>(widget));
        QVERIFY2(access && !access->text(QAccessible::Name).isEmpty(), qPrintable(kind + " " + widget->objectName()));
    }
}

QTEST_MAIN(tst_MainWindow)
#include "tst_MainWindow.moc"
