// Back to an earlier step, and on from there.
#include "tests/core/train/SessionProbe.h"

#include <QTest>

using namespace normscope;
using namespace normscope::telemetry;
using namespace normscope::testing;

class tst_TrainingSessionRewind : public QObject {
    Q_OBJECT

   private slots:
    void standsAtTheStepAndGoesOnToTheSameBits_data() {
        QTest::addColumn<int>("step");
        for (const int step : {0, 1, 7, 8, 9, 19, 29}) QTest::addRow("step %d", step) << step;
    }
    void standsAtTheStepAndGoesOnToTheSameBits() {
        QFETCH(int, step);
        SessionProbe probe(2);
        probe.session().load(factory_of(), true);
        QVERIFY(probe.wait_for_state(RunState::finished));
        probe.session().rewind(StepIndex{step});
        QVERIFY(probe.settle());
        QCOMPARE(probe.newest().state, RunState::paused);
        QCOMPARE(probe.newest().step.value, step);
        QCOMPARE(probe.newest().epoch, step / 10);
        QCOMPARE(probe.rewinds().size(), 1U);
        QCOMPARE(probe.rewinds()[0].step.value, step);
        QCOMPARE(probe.rewinds()[0].hyperparameters.at("optimizer.lr"), 0.05);
        QCOMPARE(probe.runs().size(), 1U);
        probe.session().play();
        QVERIFY(probe.wait_for_state(RunState::finished));
        QVERIFY(probe.settle());
        QVERIFY(probe.history() == plain_history());
        QVERIFY(probe.notices().empty());
    }

    void repeatsTheChangesBeforeAndForgetsThoseAfter() {
        SessionProbe probe;
        probe.session().load(factory_of(), false);
        const auto play_until = [&](std::int64_t step) {
            probe.session().play(StepIndex{step});
            return probe.wait_for_step(step) && probe.settle();
        };
        QVERIFY(play_until(5));
        probe.session().set_hyperparameter("data.batch_size", 4);
        QVERIFY(play_until(12));
        probe.session().set_hyperparameter("optimizer.lr", 0.01);
        QVERIFY(play_until(20));
        probe.session().set_hyperparameter("model.norm.momentum", 0.9);
        QVERIFY(play_until(25));

        probe.session().rewind(StepIndex{12});
        QVERIFY(probe.settle());
        const auto& settings = probe.rewinds()[0].hyperparameters;
        QCOMPARE(settings.at("data.batch_size"), 4.0);
        QCOMPARE(settings.at("optimizer.lr"), 0.01);
        QCOMPARE(settings.at("model.norm.momentum"), 0.1);
        QVERIFY(play_until(25));

        PlainRun plain({synthetic_recipe(), synthetic_split()});
        plain.take_steps(5).experiment().set_hyperparameter("data.batch_size", 4);
        plain.take_steps(7).experiment().set_hyperparameter("optimizer.lr", 0.01);
        QVERIFY(probe.history() == plain.take_steps(13).history());
    }

    void comesBackFromAnExtension() {
        SessionProbe probe;
        probe.session().load(factory_of(), true);
        QVERIFY(probe.wait_for_state(RunState::finished));
        probe.session().play();
        QVERIFY(probe.wait_for_step(60) && probe.wait_for_state(RunState::finished));
        probe.session().rewind(StepIndex{45});
        QVERIFY(probe.settle());
        QCOMPARE(probe.newest().planned_epochs, 6);
        probe.session().rewind(StepIndex{15});
        QVERIFY(probe.settle());
        QCOMPARE(probe.newest().planned_epochs, 3);
        probe.session().play();
        QVERIFY(probe.wait_for_state(RunState::finished));
        QVERIFY(probe.settle());
        QVERIFY(probe.history() == plain_history());
    }

    void pausesAPlayingRun() {
        SessionProbe probe;
        probe.session().load(factory_of(long_recipe()), true);
        QVERIFY(probe.wait_for_step(30));
        probe.session().rewind(StepIndex{11});
        QVERIFY(probe.settle());
        QCOMPARE(probe.newest().state, RunState::paused);
        QCOMPARE(probe.newest().step.value, 11);
        QCOMPARE(probe.history().steps(), 11);
    }

    void refusesAStepNotYetTaken() {
        SessionProbe probe;
        probe.session().rewind(StepIndex{1});  // nothing is loaded yet: nothing happens
        probe.session().load(factory_of(), false);
        probe.session().step_once();
        probe.session().rewind(StepIndex{2});
        probe.session().rewind(StepIndex{-1});
        QVERIFY(probe.settle());
        QCOMPARE(probe.notices().size(), 2U);
        QCOMPARE(probe.notices()[0], "Step 2 has not been taken yet.");
        QVERIFY(probe.notices()[1].find("Step -1 cannot be reached") == 0);
        QCOMPARE(probe.newest().state, RunState::paused);
        QCOMPARE(probe.newest().step.value, 1);
        QVERIFY(probe.rewinds().empty());
    }

    /// With room for one checkpoint, going back means taking all steps again; the newest wish counts.
    void theNewestOfManyRewindsCounts() {
        SessionProbe probe(TrainingSession::Options{.threads = 1, .checkpoint_bytes = 0});
        probe.session().load(factory_of(long_recipe()), true);
        QVERIFY(probe.wait_for_step(400));
        probe.session().pause();
        QVERIFY(probe.settle());
        for (std::int64_t step = 399; step > 300; --step) probe.session().rewind(StepIndex{step});
        probe.session().rewind(StepIndex{17});
        QVERIFY(probe.settle());
        QCOMPARE(probe.newest().step.value, 17);
        QCOMPARE(probe.newest().state, RunState::paused);
        QVERIFY(probe.rewinds().size() < 20);
        QCOMPARE(probe.history().steps(), 17);
    }

    void endsWhileGoingBack() {
        SessionProbe probe(TrainingSession::Options{.threads = 1, .checkpoint_bytes = 0});
        probe.session().load(factory_of(long_recipe()), true);
        QVERIFY(probe.wait_for_step(200));
        probe.session().rewind(StepIndex{199});
        probe.end_session();
    }

    /// A learning rate that blows up; one step back everything is finite again, and a smaller one goes on.
    void goesBackToTheLastGoodStep() {
        SessionProbe probe;
        probe.session().load(factory_of(), false);
        probe.session().play(StepIndex{12});
        QVERIFY(probe.wait_for_step(12));
        probe.session().set_hyperparameter("optimizer.weight_decay", 10);  // with it, weights grow 10⁷-fold a step
        probe.session().set_hyperparameter("optimizer.lr", 1e6);
        probe.session().play();
        QVERIFY(probe.wait_for_state(RunState::diverged));
        QVERIFY(probe.settle());
        const auto step = probe.newest().step.value;
        QVERIFY(step > 12);
        const auto& items = probe.items();
        const auto found = std::ranges::find_if(
            items, [](const TelemetryItem& item) { return std::holds_alternative<RunDiverged>(item); });
        QVERIFY(found != items.end());
        const auto& diverged = std::get<RunDiverged>(*found);
        QCOMPARE(diverged.step.value, step);
        QVERIFY(diverged.layer && diverged.channel);

        probe.session().rewind(StepIndex{step - 1});
        QVERIFY(probe.settle());
        QCOMPARE(probe.newest().state, RunState::paused);
        QCOMPARE(probe.newest().step.value, step - 1);
        QVERIFY(all_finite(probe.history().columns().dense));
        probe.session().rewind(StepIndex{12});
        probe.session().set_hyperparameter("optimizer.lr", 0.05);
        probe.session().set_hyperparameter("optimizer.weight_decay", 0);
        probe.session().play();
        QVERIFY(probe.wait_for_state(RunState::finished));
        QVERIFY(probe.settle());
        QVERIFY(probe.history() == plain_history());
    }
};

QTEST_APPLESS_MAIN(tst_TrainingSessionRewind)
#include "tst_TrainingSessionRewind.moc"
