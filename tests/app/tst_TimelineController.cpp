// Looking back, going back, going on: journeys through the real window.
#include "OpenWindow.h"

#include "app/controllers/TimelineController.h"
#include "app/panels/DivergenceBanner.h"
#include "widgets/network/NetworkStrip.h"
#include "widgets/plots/SeriesPlot.h"
#include "widgets/transport/ProgressTrack.h"
#include "widgets/transport/TransportBar.h"

#include <QPushButton>
#include <QSignalSpy>

#include <bit>

using namespace normscope;
using namespace normscope::app;
using telemetry::RunState;

namespace {

/// Every recorded value of every step, by its bits.
std::vector<std::uint32_t> historyOf(RunModel& model, std::int64_t last) {
    std::vector<std::uint32_t> bits;
    const telemetry::SeriesStore& store = *model.store();
    for (std::size_t series = 0; series < store.schema().size(); ++series) {
        for (std::int64_t step = 0; step <= last; ++step) {
            const auto value = store.series({std::int64_t(series)}).value_at(step);
            bits.push_back(value ? std::bit_cast<std::uint32_t>(*value) : 0xFFFFFFFF);
        }
    }
    return bits;
}

}  // namespace

class tst_TimelineController : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase() { widgets::Theme::loadFonts(); }
    void scrubsWithTheMouse();
    void scrubsWithTheKeyboard();
    void marksAndScrubbingAgree();
    void goesBackAndOnToTheSameBits();
    void looksBackWhileTheRunGoesOn();
    void tracesADivergence();
};

void tst_TimelineController::scrubsWithTheMouse() {
    OpenWindow open(waitingOptions());
    open.trainTo(40);
    widgets::ProgressTrack* track = open.window.transport()->track();
    const auto at = [&](std::int64_t step) { return QPoint(qRound(track->xOf({step})), track->height() / 2); };
    QSignalSpy due(&open.window.feed(), &StateFeed::refreshDue);
    QTest::mouseClick(track, Qt::LeftButton, {}, at(12));
    QVERIFY(open.window.feed().viewedStep());
    // A pixel may hold two steps; the place of the chosen one is the pixel that was hit.
    const StepIndex viewed = *open.window.feed().viewedStep();
    QCOMPARE(at(viewed.value), at(12));
    QVERIFY(!due.isEmpty());
    QCOMPARE(*track->viewedStep(), viewed);
    for (const auto& [name, plot] : statisticsOf(open.window)->plots()) {
        const auto* series = qobject_cast<widgets::SeriesPlot*>(plot);
        QCOMPARE(series->viewedStep(), std::optional<double>(double(viewed.value)));
    }
    QVERIFY(open.window.timeline().followAction()->isEnabled());
    QTest::mouseClick(open.window.transport()->findChild<QPushButton*>("followNewest"), Qt::LeftButton);
    QVERIFY(!open.window.feed().viewedStep());
    QVERIFY(!statisticsOf(open.window)->meanPlot()->viewedStep());
}

void tst_TimelineController::scrubsWithTheKeyboard() {
    OpenWindow open(waitingOptions());
    open.trainTo(20);
    widgets::ProgressTrack* track = open.window.transport()->track();
    track->setFocus();
    QTest::keyClick(track, Qt::Key_Left);
    QTest::keyClick(track, Qt::Key_Left);
    QCOMPARE(open.window.feed().step().value, 18);
    QTest::keyClick(track, Qt::Key_Home);
    QCOMPARE(open.window.feed().step().value, 0);
    QTest::keyClick(&open.window, Qt::Key_Right, Qt::AltModifier);
    QCOMPARE(open.window.feed().step().value, 1);
    QTest::keyClick(&open.window, Qt::Key_End, Qt::AltModifier);
    QVERIFY(!open.window.feed().viewedStep());
    QTest::keyClick(&open.window, Qt::Key_Left, Qt::AltModifier);
    QCOMPARE(open.window.feed().step().value, 19);
}

void tst_TimelineController::marksAndScrubbingAgree() {
    OpenWindow open(waitingOptions());
    open.trainTo(10);
    // Steps of twice, then of an eighth of the images: no longer equally long.
    open.window.experiment().changeHyperparameter("data.batch_size", 128);
    QTRY_COMPARE(open.model().events().size(), 1U);
    open.trainTo(30);
    open.window.experiment().changeHyperparameter("data.batch_size", 8);
    QTRY_VERIFY(open.model().events().back().new_value == "8");
    open.trainTo(90);
    const RunModel& model = open.model();
    QVERIFY(std::abs(model.shareOf({90}) - model.snapshot().progress) < 1e-12);
    const auto planned = double(model.snapshot().planned_epochs);
    const auto images = double(model.description()->train_images);
    QCOMPARE(model.shareOf({10}), 10 * 64 / images / planned);
    QCOMPARE(model.shareOf({30}), (10 * 64 + 20 * 128) / images / planned);
    QCOMPARE(model.shareOf({90}), (10 * 64 + 20 * 128 + 60 * 8) / images / planned);
    for (std::int64_t step = 0; step <= 90; ++step) QCOMPARE(model.stepAt(model.shareOf({step})).value, step);

    // After the way back, the later change is gone from the scale, too.
    open.window.run().rewind(StepIndex{20});
    QTRY_COMPARE(open.step(), 20);
    open.trainTo(40);
    QCOMPARE(model.shareOf({40}), (10 * 64 + 30 * 128) / images / planned);
    QVERIFY(std::abs(model.shareOf({40}) - model.snapshot().progress) < 1e-12);
}

void tst_TimelineController::goesBackAndOnToTheSameBits() {
    OpenWindow open(waitingOptions());
    open.trainTo(12);
    open.window.experiment().changeHyperparameter("model.norm.momentum", 0.2);
    QTRY_COMPARE(open.model().events().size(), 1U);
    open.trainTo(44);
    const auto before = historyOf(open.model(), 44);

    open.window.feed().showStep(StepIndex{17});
    QTest::mouseClick(open.window.transport()->findChild<QPushButton*>("rewindHere"), Qt::LeftButton);
    QSignalSpy rewound(&open.model(), &RunModel::rewound);
    QTRY_COMPARE(rewound.size(), 1);
    QVERIFY(!open.window.feed().viewedStep());
    // It goes on by itself; what is played twice must be the same.
    QTRY_VERIFY_WITH_TIMEOUT(open.step() >= 20, patience);
    open.window.run().pause();
    QTRY_VERIFY(!open.model().isActive());
    if (open.step() < 44) open.trainTo(44);
    const auto after = historyOf(open.model(), 44);
    QCOMPARE(after.size(), before.size());
    QVERIFY(after == before);
}

void tst_TimelineController::looksBackWhileTheRunGoesOn() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.step() >= 10, patience);
    open.window.feed().showStep(StepIndex{5});
    const auto then = open.step();
    QTRY_VERIFY_WITH_TIMEOUT(open.step() > then + 5, patience);
    QCOMPARE(open.window.feed().step().value, 5);
    QCOMPARE(open.window.transport()->track()->viewedStep()->value, 5);
    open.window.timeline().followAction()->trigger();
    QVERIFY(!open.window.transport()->track()->viewedStep());
}

void tst_TimelineController::tracesADivergence() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.step() >= 10, patience);
    auto* banner = open.window.findChild<DivergenceBanner*>();
    QVERIFY(banner->isHidden());
    open.window.experiment().changeHyperparameter("optimizer.weight_decay", 10);
    open.window.experiment().changeHyperparameter("optimizer.lr", 1e6);
    QTRY_VERIFY_WITH_TIMEOUT(banner->isVisible(), patience);
    const auto divergence = *open.model().divergence();
    QVERIFY(banner->text().contains(QString::fromStdString(divergence.sentence)));
    QVERIFY(banner->text().contains(QString::number(divergence.step.value - 1)));
    if (divergence.layer) {
        QVERIFY(open.window.networkStrip()->block({divergence.layer->value + 1})->isOrigin());
    }
    // From another layer, the button leads to the one that shows it, and to its channel.
    const auto shown = *banner->shownIn();
    QVERIFY(open.model().description()->layers[std::size_t(shown.value)].is_norm);
    const auto& layers = open.model().description()->layers;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (layers[i].is_norm && !(LayerIndex{std::int64_t(i)} == shown)) {
            open.window.selection().selectLayer({std::int64_t(i)});
        }
    }
    QTest::mouseClick(banner->findChild<QPushButton*>("showWhere"), Qt::LeftButton);
    QCOMPARE(open.window.selection().layer()->value, shown.value);
    if (divergence.channel) {
        QCOMPARE(open.window.selection().channels().front().value, divergence.channel->value);
    }
    QTest::mouseClick(banner->findChild<QPushButton*>("backToGood"), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(open.model().snapshot().state, RunState::paused, patience);
    QCOMPARE(open.step(), divergence.step.value - 1);
    QVERIFY(banner->isHidden());
    if (divergence.layer) {
        QVERIFY(!open.window.networkStrip()->block({divergence.layer->value + 1})->isOrigin());
    }
}

QTEST_MAIN(tst_TimelineController)
#include "tst_TimelineController.moc"
