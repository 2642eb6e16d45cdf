#include "tests/core/train/SessionProbe.h"

#include <QTest>

#include <atomic>

using namespace normscope;
using namespace normscope::telemetry;
using namespace normscope::testing;

namespace {

/// The steps of all columns, and where among them each event came.
bool events_lie_between_their_steps(const std::vector<TelemetryItem>& items) {
    std::int64_t step = 0;
    for (const auto& item : items) {
        if (const auto* event = std::get_if<RunEvent>(&item)) {
            if (event->step.value != step) return false;
        } else if (const auto* columns = std::get_if<StepColumns>(&item)) {
            for (const StepIndex next : columns->steps) {
                if (next.value != ++step) return false;
            }
        }
    }
    return true;
}

}  // namespace

class tst_TrainingSession : public QObject {
    Q_OBJECT

   private slots:
    void startsPausedAtStepZero() {
        SessionProbe probe;
        probe.session().load(factory_of(), false);
        QVERIFY(probe.wait_for_state(RunState::paused));
        QCOMPARE(probe.runs().size(), 1U);
        QCOMPARE(probe.runs()[0]->run_id, 1U);
        QCOMPARE(probe.newest().run_id, 1U);
        QCOMPARE(probe.newest().step.value, 0);
        QCOMPARE(probe.newest().batches_per_epoch, 10);
        QCOMPARE(probe.newest().planned_epochs, 3);
        QCOMPARE(probe.newest().progress, 0.0);
        QVERIFY(probe.wait_for([&] { return probe.history().columns().sparse.size() == 5; }));  // the evaluation before
        QCOMPARE(probe.history().steps(), 0);
    }

    void playsTheSameBitsAsAPlainLoop_data() {
        QTest::addColumn<int>("threads");
        for (const int threads : {1, 2, 4}) QTest::addRow("%d threads", threads) << threads;
    }
    void playsTheSameBitsAsAPlainLoop() {
        QFETCH(int, threads);
        SessionProbe probe(threads);
        probe.session().load(factory_of(), true);
        QVERIFY(probe.wait_for_state(RunState::finished));
        QVERIFY(probe.settle());
        QVERIFY(probe.history() == plain_history());
        QCOMPARE(probe.newest().step.value, 30);
        QCOMPARE(probe.newest().progress, 1.0);
        QVERIFY(probe.notices().empty());
    }

    void playsOnAfterTheEnd() {
        SessionProbe probe;
        probe.session().load(factory_of(), true);
        QVERIFY(probe.wait_for_state(RunState::finished));
        probe.session().play();
        QVERIFY(probe.wait_for_step(60));
        QVERIFY(probe.wait_for_state(RunState::finished));
        QCOMPARE(probe.newest().step.value, 60);
        QCOMPARE(probe.newest().planned_epochs, 6);
        auto recipe = synthetic_recipe();
        recipe.epochs = 6;
        QVERIFY(probe.settle());
        QVERIFY(probe.history() == plain_history(recipe));
    }

    void takesSingleSteps() {
        SessionProbe probe;
        probe.session().load(factory_of(), false);
        for (int i = 0; i < 3; ++i) probe.session().step_once();
        QVERIFY(probe.settle());
        QCOMPARE(probe.newest().state, RunState::paused);
        QCOMPARE(probe.newest().step.value, 3);
        QCOMPARE(probe.newest().batch_in_epoch, 3);
        QCOMPARE(probe.history().steps(), 3);
    }

    void pausesWhenItIsAskedForOneStepWhilePlaying() {
        SessionProbe probe;
        probe.session().load(factory_of(long_recipe()), true);
        QVERIFY(probe.wait_for_step(5));
        probe.session().step_once();
        QVERIFY(probe.settle());
        QCOMPARE(probe.newest().state, RunState::paused);
        QCOMPARE(probe.history().steps(), probe.newest().step.value);
    }

    void playsUntilAStep() {
        SessionProbe probe;
        probe.session().load(factory_of(), false);
        probe.session().play(StepIndex{17});
        QVERIFY(probe.wait_for_step(17));
        QVERIFY(probe.settle());
        QCOMPARE(probe.newest().step.value, 17);
        QCOMPARE(probe.newest().state, RunState::paused);
        probe.session().play();
        QVERIFY(probe.wait_for_state(RunState::finished));
        QVERIFY(probe.settle());
        QVERIFY(probe.history() == plain_history());
    }

    /// Where to pause belongs to the run it was said for.
    void forgetsUntilWithTheRun_data() {
        QTest::addColumn<bool>("resets");
        QTest::newRow("reset") << true;
        QTest::newRow("another run") << false;
    }
    void forgetsUntilWithTheRun() {
        QFETCH(bool, resets);
        SessionProbe probe;
        probe.session().load(factory_of(), false);
        probe.session().set_speed(1e-3);
        probe.session().play(StepIndex{4});
        if (resets)
            probe.session().reset(true);
        else
            probe.session().load(factory_of(), true);
        probe.session().set_speed(0);
        QVERIFY(
            probe.wait_for([&] { return probe.newest().run_id == 2 && probe.newest().state == RunState::finished; }));
        QCOMPARE(probe.newest().step.value, 30);
    }

    void resumesToTheSameBits_data() {
        QTest::addColumn<int>("seed");
        for (int seed = 0; seed < 5; ++seed) QTest::addRow("pauses %d", seed) << seed;
    }
    void resumesToTheSameBits() {
        QFETCH(int, seed);
        RandomStream chance(static_cast<std::uint64_t>(seed), "pauses");
        SessionProbe probe(2);
        probe.session().load(factory_of(), false);
        QVERIFY(probe.settle());
        while (probe.newest().state != RunState::finished) {
            const auto next = probe.newest().step.value + 1 + chance.below(7);
            probe.session().play();
            QVERIFY(probe.wait_for(
                [&] { return probe.newest().step.value >= next || probe.newest().state == RunState::finished; }));
            probe.session().pause();
            if (chance.below(2) == 0) probe.session().set_speed(chance.below(2) == 0 ? 0 : 1e4);
            QVERIFY(probe.settle());
            QCOMPARE(probe.history().steps(), probe.newest().step.value);
        }
        QVERIFY(probe.history() == plain_history());
    }

    void changesSettingsBetweenSteps() {
        SessionProbe probe;
        probe.session().load(factory_of(), false);
        probe.session().play(StepIndex{7});
        QVERIFY(probe.wait_for_step(7));
        probe.session().set_hyperparameter("optimizer.lr", 0.01);
        probe.session().play();
        QVERIFY(probe.wait_for_state(RunState::finished));
        QVERIFY(probe.settle());

        PlainRun plain({synthetic_recipe(), synthetic_split()});
        plain.take_steps(7).experiment().set_hyperparameter("optimizer.lr", 0.01);
        QVERIFY(probe.history() == plain.run_to_the_end().history());
        QCOMPARE(probe.events().size(), 1U);
        const RunEvent& event = probe.events()[0];
        QCOMPARE(event.step.value, 7);
        QCOMPARE(event.key, "optimizer.lr");
        QCOMPARE(event.label, "Learning rate 0.01");
        QCOMPARE(event.old_value, "0.05");
        QCOMPARE(event.new_value, "0.01");
        QVERIFY(events_lie_between_their_steps(probe.items()));
    }

    void changesSettingsWhilePlaying() {
        SessionProbe probe(2);
        probe.session().load(factory_of(long_recipe()), true);
        for (int i = 1; i <= 20; ++i) {
            QVERIFY(probe.wait_for_step(probe.newest().step.value + 2));
            probe.session().set_hyperparameter("model.norm.momentum", 0.015 * i);
        }
        probe.session().pause();
        QVERIFY(probe.settle());
        QCOMPARE(probe.events().size(), 20U);
        QVERIFY(events_lie_between_their_steps(probe.items()));
    }

    void leavesNoEventForTheSameValue() {
        SessionProbe probe;
        probe.session().load(factory_of(), false);
        probe.session().set_hyperparameter("optimizer.lr", 0.05);
        QVERIFY(probe.settle());
        QVERIFY(probe.events().empty() && probe.notices().empty());
    }

    void resetsToTheFirstStep() {
        SessionProbe probe;
        probe.session().load(factory_of(), false);
        probe.session().play(StepIndex{12});
        QVERIFY(probe.wait_for_step(12));
        probe.session().reset(false);
        QVERIFY(probe.settle());
        QCOMPARE(probe.runs().size(), 2U);
        QCOMPARE(probe.newest().run_id, 2U);
        QCOMPARE(probe.newest().step.value, 0);
        QCOMPARE(probe.newest().state, RunState::paused);
        QCOMPARE(probe.newest().images_per_second, 0.0);
        probe.session().play();
        QVERIFY(probe.wait_for_state(RunState::finished));
        QVERIFY(probe.settle());
        QVERIFY(probe.history() == plain_history());
    }

    void keepsSettingsAtAReset() {
        SessionProbe probe;
        probe.session().load(factory_of(), false);
        probe.session().set_hyperparameter("data.batch_size", 16);
        probe.session().reset(true);
        QVERIFY(
            probe.wait_for([&] { return probe.newest().run_id == 2 && probe.newest().state == RunState::finished; }));
        QVERIFY(probe.settle());
        QCOMPARE(probe.runs()[1]->hyperparameters.at("data.batch_size"), 16.0);
        auto recipe = synthetic_recipe();
        recipe.data.batch_size = 16;
        QVERIFY(probe.history() == plain_history(recipe));
    }

    void replacesARunningExperiment() {
        SessionProbe probe;
        probe.session().load(factory_of(long_recipe()), true);
        QVERIFY(probe.wait_for_step(5));
        probe.session().load(factory_of(), true);
        QVERIFY(probe.wait_for_state(RunState::finished));
        QVERIFY(probe.settle());
        QCOMPARE(probe.runs().size(), 2U);
        QVERIFY(probe.history() == plain_history());
    }

    void obeysWhileItWaitsForASlowStep() {
        SessionProbe probe;
        probe.session().set_speed(1e-3);
        probe.session().load(factory_of(), true);
        QVERIFY(probe.wait_for_step(1));
        probe.session().set_hyperparameter("optimizer.lr", 0.01);
        QVERIFY(probe.settle());
        QCOMPARE(probe.events()[0].step.value, 1);
        probe.session().pause();
        QVERIFY(probe.settle());
        QCOMPARE(probe.newest().state, RunState::paused);
        QCOMPARE(probe.newest().step.value, 1);
        probe.session().set_speed(0);
        probe.session().play();
        QVERIFY(probe.wait_for_state(RunState::finished));
    }

    void wakesItsReaderForNewsButNotForSteps() {
        std::atomic<int> calls = 0;
        SessionProbe probe(TrainingSession::Options{.wake_reader = [&calls] { ++calls; }});
        probe.session().load(factory_of(), false);
        QVERIFY(probe.settle());
        const int before = calls;
        QVERIFY(before >= 2);  // loading, paused
        probe.session().play();
        QVERIFY(probe.wait_for_state(RunState::finished));
        QVERIFY(probe.wait_for([&] { return calls == before + 2; }));  // playing, finished: not the 30 steps
        probe.session().set_hyperparameter("optimizer.lr", 0.01);
        QVERIFY(probe.wait_for([&] { return calls == before + 3; }));
        probe.end_session();
    }

    void measuresItsSpeed() {
        SessionProbe probe;
        probe.session().load(factory_of(), false);
        probe.session().play(StepIndex{15});
        QVERIFY(probe.wait_for_step(15));
        QVERIFY(probe.newest().images_per_second > 0);
        QVERIFY(probe.newest().step_milliseconds > 0);
        QVERIFY(probe.newest().recording_share >= 0 && probe.newest().recording_share <= 1);
        QVERIFY(probe.newest().seconds_left && *probe.newest().seconds_left > 0);
        QCOMPARE(probe.newest().epoch, 1);
        QCOMPARE(probe.newest().batch_in_epoch, 5);
    }
};

QTEST_APPLESS_MAIN(tst_TrainingSession)
#include "tst_TrainingSession.moc"
