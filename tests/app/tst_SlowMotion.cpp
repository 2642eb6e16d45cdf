// One step in slow motion, through the real window.
#include "OpenWindow.h"

#include "app/controllers/SlowMotion.h"
#include "widgets/network/NetworkStrip.h"
#include "widgets/transport/PhaseStrip.h"
#include "widgets/transport/RoundButton.h"
#include "widgets/transport/TransportBar.h"

#include <QSignalSpy>

using namespace normscope;
using namespace normscope::app;
using telemetry::RunState;
using telemetry::Statistic;

class tst_SlowMotion : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase() { widgets::Theme::loadFonts(); }
    void walksThroughOneRealStep();
    void pausesARunThatPlays();
    void anotherCommandEndsIt();
    void aChangedSettingEndsIt();
};

void tst_SlowMotion::walksThroughOneRealStep() {
    OpenWindow open(waitingOptions());
    open.trainTo(15);
    SlowMotion& slow = open.window.slowMotion();
    slow.setPhaseDuration(std::chrono::milliseconds(80));
    std::vector<int> phases;
    std::vector<std::int64_t> layers;
    QStringList sentences;
    double loss = 0;
    float runningMean = 0;
    connect(&slow, &SlowMotion::phaseShown, this, [&](SlowMotion::Phase phase, const QString& sentence) {
        if (phases.empty() || phases.back() != int(phase)) phases.push_back(int(phase));
        sentences << sentence;
        loss = slow.preview()->result.loss;
        runningMean = float(slow.preview()->norms.back().running_mean_after[0]);
        QCOMPARE(open.window.findChild<widgets::PhaseStrip*>()->isVisible(), true);
        QCOMPARE(open.window.findChild<widgets::PhaseStrip*>()->sentence(), sentence);
    });
    connect(&slow, &SlowMotion::layerReached, this, [&](std::optional<LayerIndex> layer) {
        if (layer) layers.push_back(layer->value);
        if (layer) QVERIFY(open.window.networkStrip()->block({layer->value + 1})->isReached());
    });
    QSignalSpy ended(&slow, &SlowMotion::ended);
    QTest::mouseClick(open.window.findChild<widgets::RoundButton*>("slowMotion"), Qt::LeftButton);
    QVERIFY(slow.action()->isChecked());
    QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, patience);

    QCOMPARE(phases, (std::vector<int>{0, 1, 2, 3, 4}));
    const auto count = std::int64_t(open.model().description()->layers.size());
    QCOMPARE(layers.front(), -1);  // the input,
    for (std::int64_t i = 0; i < count; ++i) QCOMPARE(layers[std::size_t(i + 1)], i);
    QCOMPARE(layers.back(), 0);  // and back again
    QVERIFY(!slow.action()->isChecked() && !slow.isRunning());
    QVERIFY(open.window.transport()->track()->isVisible());

    // One step was taken, and it was the one shown.
    QTRY_COMPARE(open.step(), 16);
    QCOMPARE(open.model().snapshot().state, RunState::paused);
    const auto& store = *open.model().store();
    QCOMPARE(*store.series(*store.schema().find(Statistic::loss)).value_at(16), float(loss));
    const LayerIndex last = *open.window.selection().layer();
    const auto series = store.schema().find(Statistic::running_mean, last, ChannelIndex{0});
    QCOMPARE(*store.series(*series).value_at(16), runningMean);
    QVERIFY2(sentences.front().contains("Step 16"), qPrintable(sentences.front()));
    QVERIFY2(sentences.join(' ').contains(QString::number(loss, 'g', 4)), qPrintable(sentences.join('\n')));
}

void tst_SlowMotion::pausesARunThatPlays() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.step() >= 5, patience);
    SlowMotion& slow = open.window.slowMotion();
    slow.setPhaseDuration(std::chrono::milliseconds(20));
    QSignalSpy phase(&slow, &SlowMotion::phaseShown);
    QSignalSpy ended(&slow, &SlowMotion::ended);
    slow.action()->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(!phase.isEmpty(), patience);
    const auto step = slow.preview()->step.value;
    QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, patience);
    QTRY_COMPARE(open.step(), step);
    QVERIFY(!open.model().isActive());
}

void tst_SlowMotion::anotherCommandEndsIt() {
    OpenWindow open(waitingOptions());
    open.trainTo(6);
    SlowMotion& slow = open.window.slowMotion();
    slow.setPhaseDuration(std::chrono::hours(1));
    QSignalSpy phase(&slow, &SlowMotion::phaseShown);
    const auto begin = [&] {
        phase.clear();
        slow.start();
        QTRY_VERIFY_WITH_TIMEOUT(!phase.isEmpty(), patience);
    };
    begin();
    open.window.run().stepAction()->trigger();
    QTRY_VERIFY(!slow.isRunning());
    QTRY_COMPARE(open.step(), 7);
    begin();
    open.window.feed().showStep(StepIndex{2});
    QVERIFY(!slow.isRunning());
    open.window.feed().follow();
    begin();
    slow.action()->trigger();
    QVERIFY(!slow.isRunning());
    QCOMPARE(open.step(), 7);  // stopped before the update: nothing was taken
    begin();
    open.window.run().play();
    QTRY_VERIFY_WITH_TIMEOUT(!slow.isRunning(), patience);
}

void tst_SlowMotion::aChangedSettingEndsIt() {
    OpenWindow open(waitingOptions());
    open.trainTo(6);
    SlowMotion& slow = open.window.slowMotion();
    slow.setPhaseDuration(std::chrono::hours(1));
    QSignalSpy phase(&slow, &SlowMotion::phaseShown);
    slow.start();
    QTRY_VERIFY_WITH_TIMEOUT(!phase.isEmpty(), patience);
    open.window.experiment().changeHyperparameter("optimizer.lr", 0.5);
    QTRY_VERIFY(!slow.isRunning());
    QCOMPARE(open.step(), 6);
}

QTEST_MAIN(tst_SlowMotion)
#include "tst_SlowMotion.moc"
