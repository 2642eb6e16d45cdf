// The page with all channels: its numbers, and journeys through the real window.
#include "OpenWindow.h"
#include "app/pages/ChannelsPage.h"
#include "core/instruments/ModeDifference.h"
#include "core/nn/BatchNorm2d.h"
#include "core/random/RandomStream.h"
#include "widgets/controls/ChoiceField.h"
#include "widgets/plots/PlotExporter.h"

#include <QAccessible>
#include <QComboBox>
#include <QLabel>
#include <QSignalSpy>
#include <QTemporaryDir>

#include <algorithm>
#include <cmath>

using namespace normscope;
using namespace normscope::app;
using telemetry::Statistic;

namespace {

void choose(widgets::ChoiceField* field, const char* value) {
    auto* box = field->findChild<QComboBox*>();
    box->setCurrentIndex(box->findData(QLatin1String(value)));
    emit field->chosen(field->value());
}

void moveTo(QCustomPlot& chart, const QPointF& at) {
    QMouseEvent event(QEvent::MouseMove, at, chart.mapToGlobal(at), Qt::NoButton, Qt::NoButton, {});
    QCoreApplication::sendEvent(&chart, &event);
}

/// Waits until the page shows the step on view.
void settle(OpenWindow& open, const ChannelsPage* page) {
    const QString step = QStringLiteral("step %1").arg(open.window.feed().step().value);
    QTRY_VERIFY_WITH_TIMEOUT(page->summary()->text().endsWith(step) && open.window.feed().isIdle(), patience);
    QCoreApplication::processEvents();
}

double recorded(OpenWindow& open, Statistic statistic, int channel, std::int64_t step) {
    const auto& store = *open.model().store();
    const auto series = store.schema().find(statistic, open.window.selection().layer(), ChannelIndex{channel});
    return double(*store.series(*series).value_at(step));
}

}  // namespace

class tst_ChannelsPage : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase() { widgets::Theme::loadFonts(); }
    void gapIsWhatBothModesDifferBy();
    void sortsAndFilters();
    void showsWhatWasRecorded();
    void showsEveryStatistic();
    void marksDeadChannels();
    void selectsWithMouseAndKeys();
    void cursorsAreLinked();
    void scrubsBack();
    void exports();
    void followsTheLayer();
    void withoutNormLayersItSaysSo();
    void fitsASmallScreen();
    void everyControlHasAName();
};

/// Against the layer itself: x̂ of both modes for the same batch.
void tst_ChannelsPage::gapIsWhatBothModesDifferBy() {
    nn::BatchNorm2d<double> norm({.channels = 3, .eps = 1e-2, .affine = false});
    Tensor<double> x({5, 4, 4, 3});
    RandomStream random(7, "test");
    for (double& value : x.values()) value = 3.0 * double(random.uniform()) - 1;
    for (std::int64_t i = 2; i < x.shape().size(); i += 3) x.values()[std::size_t(i)] *= 0.01;  // σ² below eps
    norm.running_mean()[0] = 0.3;
    norm.running_mean()[1] = -0.1;
    norm.running_var()[0] = 0.2;
    norm.running_var()[1] = 4;
    norm.running_var()[2] = 0.5;
    ThreadPool pool(1);
    const Tensor<double> train = norm.forward(x, {.pool = pool, .mode = nn::Mode::train, .update_buffers = false});
    const std::vector<double> mean(norm.batch_mean().begin(), norm.batch_mean().end());
    const std::vector<double> var(norm.batch_var().begin(), norm.batch_var().end());
    const Tensor<double> eval = norm.forward(x, {.pool = pool, .mode = nn::Mode::eval});
    for (std::size_t c = 0; c < 3; ++c) {
        double sum = 0;
        for (std::size_t i = c; i < train.values().size(); i += 3) {
            sum += std::pow(eval.values()[i] - train.values()[i], 2);
        }
        const double expected = std::sqrt(sum / (5 * 4 * 4));
        const double found = normalizationGap(mean[c], var[c], norm.running_mean()[c], norm.running_var()[c], 1e-2);
        QVERIFY2(std::abs(found - expected) < 1e-6 * expected, qPrintable(QString::number(found - expected)));
    }
}

void tst_ChannelsPage::sortsAndFilters() {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto make = [](int channel, double gamma, double var, double gap) {
        return ChannelFacts{{channel}, 0, var, 0, var, gamma, 0, gap};
    };
    std::vector<ChannelFacts> facts{make(0, 1, 3, 0.2), make(1, -2, 1, nan), make(2, 0.5, 2, 0.7)};
    const auto order = [&facts](ChannelOrder by) {
        sortChannels(facts, by);
        std::vector<std::int64_t> found;
        for (const auto& one : facts) found.push_back(one.channel.value);
        return found;
    };
    QCOMPARE(order(ChannelOrder::Gap), (std::vector<std::int64_t>{2, 0, 1}));
    QCOMPARE(order(ChannelOrder::Scale), (std::vector<std::int64_t>{1, 0, 2}));
    QCOMPARE(order(ChannelOrder::Variance), (std::vector<std::int64_t>{0, 2, 1}));
    QCOMPARE(order(ChannelOrder::Index), (std::vector<std::int64_t>{0, 1, 2}));
    dropSmallGaps(facts, 0);
    QCOMPARE(facts.size(), 3U);
    dropSmallGaps(facts, 0.5);
    QCOMPARE(facts.size(), 1U);

    // The same by the page's fields.
    OpenWindow open;
    auto* page = open.show<ChannelsPage>("channels");
    open.trainTo(30);
    settle(open, page);
    QCOMPARE(page->facts().size(), 32U);
    choose(page->orderField(), "gap");
    QVERIFY(std::ranges::is_sorted(page->facts(), std::greater<>(), &ChannelFacts::gap));
    QCOMPARE(page->map()->data().rows.front().id, int(page->facts().front().channel.value));
    const double middle = page->facts()[10].gap;
    choose(page->filterField(), "0.2");
    for (const auto& one : page->facts()) QVERIFY(one.gap >= 0.2);
    QCOMPARE(page->facts().size() >= 11, middle >= 0.2);
    QCOMPARE(page->map()->data().rows.size(), page->facts().size());
}

void tst_ChannelsPage::showsWhatWasRecorded() {
    OpenWindow open;
    auto* page = open.show<ChannelsPage>("channels");
    open.trainTo(40);
    settle(open, page);
    const auto& data = page->map()->data();
    QCOMPARE(data.grid.count, 40);
    QCOMPARE(data.rows.size(), 32U);
    for (const int channel : {0, 9, 31}) {
        for (const int step : {1, 17, 40}) {
            const float expected = float(recorded(open, Statistic::running_mean, channel, step)) -
                                   float(recorded(open, Statistic::batch_mean, channel, step));
            QCOMPARE(data.cells[std::size_t(channel * 40 + step - 1)], expected);
            moveTo(page->map()->chart(), page->map()->cellRect(channel, step - 1).center());
            QCOMPARE(page->map()->readout().title(), QStringLiteral("step %1").arg(step));
            QString text = page->map()->readout().rows().front().value;
            QCOMPARE(text.replace(QChar(0x2212), '-').toFloat(), expected);
        }
    }
    const auto& facts = page->facts()[9];
    QCOMPARE(facts.gamma, recorded(open, Statistic::weight, 9, 40));
    QCOMPARE(facts.gap,
             normalizationGap(recorded(open, Statistic::batch_mean, 9, 40), recorded(open, Statistic::batch_var, 9, 40),
                              recorded(open, Statistic::running_mean, 9, 40),
                              recorded(open, Statistic::running_var, 9, 40), 1e-5));
    // The plane: where γ and β are, and where they were.
    const auto& point = page->plane()->points()[9];
    QCOMPARE(point.at.x(), recorded(open, Statistic::weight, 9, 40));
    QCOMPARE(point.at.y(), recorded(open, Statistic::bias, 9, 40));
    QCOMPARE(point.trail.size(), 39U);
    QCOMPARE(point.trail[4].x(), recorded(open, Statistic::weight, 9, 5));
    choose(page->trailField(), "0");
    QVERIFY(page->plane()->points()[9].trail.empty());
}

void tst_ChannelsPage::showsEveryStatistic() {
    OpenWindow open;
    auto* page = open.show<ChannelsPage>("channels");
    open.trainTo(12);
    settle(open, page);
    const std::vector<std::pair<const char*, Statistic>> single{{"batch-mean", Statistic::batch_mean},
                                                                {"running-mean", Statistic::running_mean},
                                                                {"batch-variance", Statistic::batch_var},
                                                                {"running-variance", Statistic::running_var},
                                                                {"gamma", Statistic::weight},
                                                                {"beta", Statistic::bias}};
    for (const auto& [name, statistic] : single) {
        choose(page->statisticField(), name);
        QCOMPARE(double(page->map()->data().cells[3 * 12 + 6]), recorded(open, statistic, 3, 7));
        QVERIFY(page->map()->title().startsWith(page->statisticField()->text()));
    }
    choose(page->statisticField(), "variance-gap");
    QCOMPARE(double(page->map()->data().cells[3 * 12 + 6]), double(float(recorded(open, Statistic::running_var, 3, 7)) -
                                                                   float(recorded(open, Statistic::batch_var, 3, 7))));
}

void tst_ChannelsPage::marksDeadChannels() {
    OpenWindow open;
    auto* page = open.show<ChannelsPage>("channels");
    open.trainTo(5);
    settle(open, page);
    // The real network with one channel shut off, as the page's question sees it.
    instruments::ChannelActivity found;
    bool done = false;
    QObject asker;
    open.window.feed().ask(&asker, [&](StateOnView& view) -> Answer {
        auto& norm = *view.experiment.network().norm_layers().back().second;
        norm.parameters()[0]->value[6] = 0.01F;
        norm.parameters()[1]->value[6] = -9;
        auto activity = instruments::channel_activity(
            view.experiment.network(), instruments::training_images(view.experiment, 2), view.trainer.pool());
        return [&, activity] {
            found = activity;
            done = true;
        };
    });
    QTRY_VERIFY_WITH_TIMEOUT(done, patience);
    const auto facts = channelFacts(*open.model().store(), *open.window.selection().layer(), 32, {5}, 1e-5,
                                    found.layers.back().nonzero);
    QVERIFY(facts[6].dead.silent && facts[6].dead.any());
    QVERIFY(!facts[7].dead.any());
    // γ and the variance as recorded: with a large eps every variance is small.
    QVERIFY(channelFacts(*open.model().store(), *open.window.selection().layer(), 32, {5}, 1e6, {})[3].dead.constant);
    QVERIFY(std::ranges::none_of(page->facts(), [](const auto& one) { return one.dead.collapsed; }));
}

void tst_ChannelsPage::selectsWithMouseAndKeys() {
    OpenWindow open;
    auto* page = open.show<ChannelsPage>("channels");
    open.trainTo(10);
    settle(open, page);
    const QPoint row = page->map()->cellRect(12, 3).center().toPoint();
    QTest::mouseClick(&page->map()->chart(), Qt::LeftButton, {}, row);
    QCOMPARE(open.window.selection().channels(), std::vector{ChannelIndex{12}});
    settle(open, page);
    QTRY_VERIFY(page->map()->data().rows[12].selected && page->plane()->points()[12].selected == 0);
    const QPoint dot = page->plane()->pixelOf(page->plane()->points()[4]).toPoint();
    QTest::mouseClick(&page->plane()->chart(), Qt::LeftButton, Qt::ControlModifier, dot);
    QCOMPARE(open.window.selection().channels().size(), 2U);
    // Every page follows.
    auto* statistics = open.show<StatisticsPage>("statistics");
    QCOMPARE(statistics->meanPlot()->curves().size(), 4U);
}

void tst_ChannelsPage::cursorsAreLinked() {
    OpenWindow open;
    auto* page = open.show<ChannelsPage>("channels");
    open.trainTo(20);
    settle(open, page);
    moveTo(page->map()->chart(), page->map()->cellRect(2, 7).center());
    QCOMPARE(open.window.selection().cursorStep(), std::optional(8.0));
    open.window.selection().setCursorStep(3.0);
    QVERIFY(page->map()->readout().isShown());
    open.window.selection().setCursorStep(std::nullopt);
    QVERIFY(!page->map()->readout().isShown());
}

void tst_ChannelsPage::scrubsBack() {
    OpenWindow open;
    auto* page = open.show<ChannelsPage>("channels");
    open.trainTo(30);
    open.window.feed().showStep(StepIndex{12});
    settle(open, page);
    QCOMPARE(page->facts()[5].gamma, recorded(open, Statistic::weight, 5, 12));
    QCOMPARE(page->plane()->points()[5].at.y(), recorded(open, Statistic::bias, 5, 12));
    open.window.run().rewind(StepIndex{12});
    QTRY_COMPARE_WITH_TIMEOUT(open.step(), 12, patience);
    QTRY_COMPARE(page->map()->data().grid.count, 12);
}

void tst_ChannelsPage::exports() {
    OpenWindow open;
    auto* page = open.show<ChannelsPage>("channels");
    open.trainTo(10);
    settle(open, page);
    QTemporaryDir folder;
    for (const auto& [name, plot] : page->plots()) {
        for (const auto format :
             {widgets::PlotFormat::Png, widgets::PlotFormat::Svg, widgets::PlotFormat::Pdf, widgets::PlotFormat::Csv}) {
            const QString path = folder.filePath(name + '.' + widgets::suffixOf(format));
            plot->setPathQuestion([path](const QString&, const QString&) { return path; });
            plot->saveAs(format);
            QTRY_VERIFY2(QFileInfo(path).size() > 100, qPrintable(path));
        }
        QVERIFY(plot->recipeJson().contains("schema"));
    }
}

void tst_ChannelsPage::followsTheLayer() {
    OpenWindow open;
    auto* page = open.show<ChannelsPage>("channels");
    open.trainTo(5);
    settle(open, page);
    open.window.selection().selectLayer(LayerIndex{1});
    QTRY_COMPARE(page->facts().size(), 16U);
    QVERIFY(page->map()->title().endsWith("bn1"));
}

void tst_ChannelsPage::withoutNormLayersItSaysSo() {
    QTemporaryDir folder;
    QFile file(folder.filePath("recipe.json"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(R"({"schema": 1, "model": {"name": "simple", "norm": {"type": "none"}}, "data": {"batch_size": 4}})");
    file.close();
    LaunchOptions options = plainOptions();
    options.recipe = file.fileName();
    OpenWindow open(options);
    auto* page = open.show<ChannelsPage>("channels");
    open.trainTo(2);
    QTRY_VERIFY2(page->summary()->text().contains("no norm layer"), qPrintable(page->summary()->text()));
    QVERIFY(page->map()->data().rows.empty());
}

void tst_ChannelsPage::fitsASmallScreen() {
    LaunchOptions options = plainOptions();
    options.size = QSize(1280, 720);
    OpenWindow open(options);
    auto* page = open.show<ChannelsPage>("channels");
    open.trainTo(3);
    settle(open, page);
    QCOMPARE(open.window.size(), QSize(1280, 720));
    const auto children = page->findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly);
    for (const QWidget* one : children) {
        QVERIFY2(page->rect().contains(one->geometry()), qPrintable(one->objectName()));
        QVERIFY(one->width() >= one->minimumSizeHint().width());
        for (const QWidget* other : children) QVERIFY(one == other || !one->geometry().intersects(other->geometry()));
    }
    QVERIFY(page->map()->height() > 250);
}

void tst_ChannelsPage::everyControlHasAName() {
    OpenWindow open;
    auto* page = open.show<ChannelsPage>("channels");
    open.trainTo(1);
    for (QWidget* widget : page->findChildren<QWidget*>()) {
        if (widget->focusPolicy() == Qt::NoFocus || !widget->isVisible()) continue;
        const auto* access = QAccessible::queryAccessibleInterface(widget);
        QVERIFY2(access && !access->text(QAccessible::Name).isEmpty(), widget->metaObject()->className());
    }
    for (const auto& [name, plot] : page->plots()) {
        QVERIFY(!plot->toolTip().isEmpty() && !plot->whatsThis().isEmpty());
    }
}

QTEST_MAIN(tst_ChannelsPage)
#include "tst_ChannelsPage.moc"
