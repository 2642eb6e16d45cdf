// The page of gradients: its numbers against the engine's, and journeys through the real window.
#include "OpenWindow.h"
#include "app/pages/GradientsPage.h"
#include "core/instruments/BatchSequence.h"
#include "datasets/DataSpec.h"
#include "widgets/controls/ChoiceField.h"
#include "widgets/plots/PlotCanvas.h"
#include "widgets/plots/PlotExporter.h"

#include <QAccessible>
#include <QComboBox>
#include <QPushButton>
#include <QTemporaryDir>

#include <algorithm>

using namespace normscope;
using namespace normscope::app;
using telemetry::Statistic;

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

/// Waits until the page shows the step on view.
void settle(OpenWindow& open, const GradientsPage* page) {
    QTRY_VERIFY_WITH_TIMEOUT(page->scales().newest() && page->scales().newestStep() == open.window.feed().step() &&
                                 open.window.feed().isIdle(),
                             patience);
}

}  // namespace

class tst_GradientsPage : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase() { widgets::Theme::loadFonts(); }
    void scalesAreTheEngines();
    void landscapeIsTheEngines();
    void landscapeGoesThroughZero();
    void keepsAHistory();
    void choosesLayers();
    void scrubsAndRewinds();
    void measuresWhileTheRunGoesOn();
    void exports();
    void fitsASmallScreen();
    void everyControlHasAName();
};

void tst_GradientsPage::scalesAreTheEngines() {
    OpenWindow open;
    auto* page = open.show<GradientsPage>("gradients");
    open.trainTo(15);
    settle(open, page);
    const Experiment experiment = experimentAt(open, 15);
    ThreadPool pool(1);
    ImageBatch batch;
    instruments::training_images(experiment, 1).load(0, pool, batch);
    const auto expected = instruments::activation_scale(experiment.network(), batch, experiment.learning_rate(), pool);
    QCOMPARE(page->scalePlot()->categories().size(), expected.layers.size());
    for (std::size_t i = 0; i < expected.layers.size(); ++i) {
        QCOMPARE(page->scalePlot()->series()[0].values[i], expected.layers[i].rms);
        QCOMPARE(page->scalePlot()->series()[1].values[i], expected.layers[i].gradient_rms);
        const double saturated = page->saturationPlot()->series()[0].values[i];
        if (expected.layers[i].kind == "ReLU") {
            QCOMPARE(saturated, expected.layers[i].saturated);
        } else {
            QVERIFY(std::isnan(saturated));
        }
    }
    QCOMPARE(page->updatePlot()->categories().size(), expected.parameters.size());
    for (std::size_t i = 0; i < expected.parameters.size(); ++i) {
        QCOMPARE(page->updatePlot()->categories()[i].toStdString(), expected.parameters[i].name);
        QCOMPARE(page->updatePlot()->series()[0].values[i], expected.parameters[i].update_ratio);
    }
}

void tst_GradientsPage::landscapeIsTheEngines() {
    OpenWindow open;
    auto* page = open.show<GradientsPage>("gradients");
    open.trainTo(9);
    settle(open, page);
    choose(page->reachField(), "16");
    QTRY_VERIFY_WITH_TIMEOUT(open.window.feed().isIdle(), patience);
    const Experiment experiment = experimentAt(open, 9);
    ThreadPool pool(1);
    ImageBatch batch;
    instruments::training_images(experiment, 1).load(0, pool, batch);
    const auto steps = GradientsPage::landscapeSteps(16 * experiment.learning_rate());
    const auto expected =
        instruments::loss_landscape<float>(experiment.network(), batch.images, batch.labels, steps, pool);
    const auto& found = page->landscapePlot()->samples();
    QCOMPARE(found.size(), expected.points.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        QCOMPARE(found[i].step, expected.points[i].step);
        QCOMPARE(found[i].loss, expected.points[i].loss);
        QCOMPARE(found[i].difference, expected.points[i].gradient_difference / expected.gradient_norm);
    }
    QVERIFY(page->landscapePlot()->unit().contains(QString::number(expected.smoothness, 'g', 4)));
}

void tst_GradientsPage::landscapeGoesThroughZero() {
    const auto steps = GradientsPage::landscapeSteps(2);
    QCOMPARE(steps.size(), std::size_t(GradientsPage::landscapePoints));
    QCOMPARE(steps.front(), -0.5);
    QCOMPARE(steps.back(), 2.0);
    QCOMPARE(std::ranges::count(steps, 0.0), 1);
    QVERIFY(std::ranges::is_sorted(steps));
}

void tst_GradientsPage::keepsAHistory() {
    OpenWindow open;
    auto* page = open.show<GradientsPage>("gradients");
    for (const int step : {4, 8, 12}) {
        open.trainTo(step);
        settle(open, page);
    }
    const auto& store = *page->scales().store();
    const LayerIndex layer = page->chosenLayers().front();
    const auto series = store.schema().find(Statistic::gradient_rms, layer);
    for (const int step : {4, 8, 12}) QVERIFY(store.series(*series).value_at(step));
    QCOMPARE(*store.series(*series).value_at(12),
             float(page->scales().newest()->layers[std::size_t(layer.value)].gradient_rms));
    // On a logarithmic axis.
    QCOMPARE(page->gradientPlot()->curves().size(), page->chosenLayers().size());
    page->gradientPlot()->markDirty();
    const double shown = std::log10(double(*store.series(*series).value_at(12)));
    QVERIFY(page->gradientPlot()->yRange().lower < shown && page->gradientPlot()->yRange().upper > shown);
    QVERIFY(page->gradientPlot()->csv().contains("\n12,"));
    choose(page->historyField(), "saturation");
    QTRY_COMPARE(page->historyPlot()->yRange().upper, 1.0);
    choose(page->historyField(), "updates");
    QVERIFY(!page->historyPlot()->curves().empty());
}

void tst_GradientsPage::choosesLayers() {
    OpenWindow open;
    auto* page = open.show<GradientsPage>("gradients");
    open.trainTo(3);
    settle(open, page);
    QVERIFY(!page->chosenLayers().empty() && page->chosenLayers().size() <= 4);
    QCoreApplication::processEvents();
    const auto before = page->chosenLayers().size();
    const QPoint relu = page->scalePlot()->pixelOf(2, 0).toPoint();
    QTest::mouseClick(&page->scalePlot()->chart(), Qt::LeftButton, {}, relu);
    QCOMPARE(page->chosenLayers().size(), before + 1);
    QCOMPARE(page->chosenLayers().back().value, 2);
    QCOMPARE(page->gradientPlot()->curves().back().name, "relu1");
    QTest::keyClick(&page->scalePlot()->chart(), Qt::Key_Right);
    QVERIFY(page->scalePlot()->readout().isShown());
    QTest::mouseClick(&page->scalePlot()->chart(), Qt::LeftButton, {}, relu);
    QCOMPARE(page->chosenLayers().size(), before);
}

void tst_GradientsPage::scrubsAndRewinds() {
    OpenWindow open;
    auto* page = open.show<GradientsPage>("gradients");
    open.trainTo(10);
    settle(open, page);
    const double newest = page->scales().newest()->loss;
    open.window.feed().showStep(StepIndex{2});
    settle(open, page);
    QVERIFY(page->scales().newest()->loss != newest);
    QVERIFY(page->scalePlot()->title().endsWith("step 2"));
    open.window.run().rewind(StepIndex{5});
    QTRY_COMPARE_WITH_TIMEOUT(open.step(), 5, patience);
    settle(open, page);
    const auto& store = *page->scales().store();
    const auto series = store.schema().find(Statistic::gradient_rms, LayerIndex{0});
    QVERIFY(!store.series(*series).value_at(10) && store.series(*series).value_at(2));
}

void tst_GradientsPage::measuresWhileTheRunGoesOn() {
    OpenWindow open;
    auto* page = open.show<GradientsPage>("gradients");
    QTRY_VERIFY_WITH_TIMEOUT(page->scales().newestStep().value > 5, patience);
    QVERIFY(page->landscapePlot()->samples().empty() || !open.model().isActive());
    page->measureButton()->click();
    QTRY_VERIFY_WITH_TIMEOUT(!page->landscapePlot()->samples().empty(), patience);
}

void tst_GradientsPage::exports() {
    OpenWindow open;
    auto* page = open.show<GradientsPage>("gradients");
    open.trainTo(4);
    settle(open, page);
    QTRY_VERIFY(!page->landscapePlot()->samples().empty());
    QTemporaryDir folder;
    for (const auto& [name, plot] : page->plots()) {
        for (const auto format :
             {widgets::PlotFormat::Png, widgets::PlotFormat::Svg, widgets::PlotFormat::Pdf, widgets::PlotFormat::Csv}) {
            const QString path = folder.filePath(name + '.' + widgets::suffixOf(format));
            plot->setPathQuestion([path](const QString&, const QString&) { return path; });
            plot->saveAs(format);
            QTRY_VERIFY2(QFileInfo(path).size() > 20, qPrintable(path));
        }
        QVERIFY(plot->recipeJson().contains("schema"));
    }
}

void tst_GradientsPage::fitsASmallScreen() {
    LaunchOptions options = plainOptions();
    options.size = QSize(1280, 720);
    OpenWindow open(options);
    auto* page = open.show<GradientsPage>("gradients");
    open.trainTo(3);
    settle(open, page);
    QCOMPARE(open.window.size(), QSize(1280, 720));
    const auto children = page->findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly);
    for (const QWidget* one : children) {
        QVERIFY2(page->rect().contains(one->geometry()), one->metaObject()->className());
        for (const QWidget* other : children) QVERIFY(one == other || !one->geometry().intersects(other->geometry()));
    }
}

void tst_GradientsPage::everyControlHasAName() {
    OpenWindow open;
    auto* page = open.show<GradientsPage>("gradients");
    open.trainTo(1);
    settle(open, page);
    for (QWidget* widget : page->findChildren<QWidget*>()) {
        if (widget->focusPolicy() == Qt::NoFocus || !widget->isVisible()) continue;
        const auto* access = QAccessible::queryAccessibleInterface(widget);
        QVERIFY2(access && !access->text(QAccessible::Name).isEmpty(), widget->metaObject()->className());
    }
    for (const auto& [name, plot] : page->plots()) {
        QVERIFY2(!plot->toolTip().isEmpty() && !plot->whatsThis().isEmpty(), qPrintable(name));
    }
}

QTEST_MAIN(tst_GradientsPage)
#include "tst_GradientsPage.moc"
