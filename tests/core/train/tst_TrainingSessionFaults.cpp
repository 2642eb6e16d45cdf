// What goes wrong in a run is said, and the run can be gone on with.
#include "core/Error.h"
#include "tests/core/train/FailingDataset.h"
#include "tests/core/train/SessionProbe.h"

#include <QRegularExpression>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <stdexcept>

using namespace normscope;
using namespace normscope::telemetry;
using namespace normscope::testing;

class tst_TrainingSessionFaults : public QObject {
    Q_OBJECT

   private slots:
    void refusesSettingsWithANotice_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<double>("value");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("out of range") << "model.norm.momentum" << 2.0 << "momentum must be between 0 and 1, not 2.";
        QTest::newRow("restart") << "seed" << 5.0 << "Seed cannot change during a run; restart the run to change it.";
        QTest::newRow("unknown") << "optimizer.beta" << 1.0 << "There is no setting 'optimizer.beta'.";
    }
    void refusesSettingsWithANotice() {
        QFETCH(QString, key);
        QFETCH(double, value);
        QFETCH(QString, sentence);
        SessionProbe probe;
        probe.session().load(factory_of(), false);
        probe.session().set_hyperparameter(key.toStdString(), value);
        probe.session().play();
        QVERIFY(probe.wait_for_state(RunState::finished));
        QVERIFY(probe.settle());
        QCOMPARE(probe.notices().size(), 1U);
        QCOMPARE(QString::fromStdString(probe.notices()[0]), sentence);
        QVERIFY(probe.events().empty());
        QVERIFY(probe.history() == plain_history());
    }

    void keepsTheOldRunIfAFactoryThrows_data() {
        QTest::addColumn<bool>("playing");
        QTest::newRow("paused") << false;
        QTest::newRow("playing") << true;
    }
    void keepsTheOldRunIfAFactoryThrows() {
        QFETCH(bool, playing);
        SessionProbe probe;
        probe.session().load(factory_of(), playing);
        probe.session().load([]() -> Experiment { throw InputError("no such file."); }, true);
        QVERIFY(probe.wait_for([&] { return probe.notices().size() == 1; }));
        QCOMPARE(probe.notices()[0], "no such file.");
        if (!playing) {
            QVERIFY(probe.settle());
            QCOMPARE(probe.newest().state, RunState::paused);
            probe.session().play();
        }
        QVERIFY(probe.wait_for_state(RunState::finished));
        QVERIFY(probe.settle());
        QCOMPARE(probe.runs().size(), 1U);
        QCOMPARE(probe.newest().run_id, 1U);
        QVERIFY(probe.history() == plain_history());
    }

    void keepsTheOldRunIfTheFirstEvaluationThrows_data() { keepsTheOldRunIfAFactoryThrows_data(); }
    void keepsTheOldRunIfTheFirstEvaluationThrows() {
        QFETCH(bool, playing);
        const auto held_out = std::make_shared<FailingDataset>(30);
        held_out->gone = true;
        SessionProbe probe;
        probe.session().load(factory_of(), playing);
        probe.session().load(
            [&] {
                return Experiment(synthetic_recipe(), {std::make_shared<SyntheticDataset>(80), held_out});
            },
            true);
        QVERIFY(probe.wait_for([&] { return probe.notices().size() == 1; }));
        QCOMPARE(probe.notices()[0], "\"pictures/7.png\" is gone.");
        if (!playing) probe.session().play();
        QVERIFY(probe.wait_for_state(RunState::finished));
        QVERIFY(probe.settle());
        QCOMPARE(probe.runs().size(), 1U);
        QCOMPARE(probe.newest().run_id, 1U);
        QVERIFY(probe.history() == plain_history());
        // Going back is still going back in that run.
        probe.session().rewind(StepIndex{12});
        QVERIFY(probe.wait_for([&] { return probe.rewinds().size() == 1; }));
        probe.session().play();
        QVERIFY(probe.wait_for_state(RunState::finished));
        QVERIFY(probe.settle());
        QVERIFY(probe.history().columns().dense == plain_history().columns().dense);
    }

    void aResetWhoseEvaluationThrowsKeepsTheRun() {
        const auto held_out = std::make_shared<FailingDataset>(30);
        SessionProbe probe;
        probe.session().load(
            [&] {
                return Experiment(synthetic_recipe(), {std::make_shared<SyntheticDataset>(80), held_out});
            },
            true);
        QVERIFY(probe.wait_for_state(RunState::finished));
        held_out->gone = true;
        probe.session().reset(true);
        QVERIFY(probe.wait_for([&] { return probe.notices().size() == 1; }));
        QVERIFY(probe.settle());
        QCOMPARE(probe.runs().size(), 1U);
        QCOMPARE(probe.newest().step.value, 30);
    }

    void pausesWhereImagesVanishAndGoesOnWhenTheyAreBack() {
        const auto data = std::make_shared<FailingDataset>(80);
        SessionProbe probe;
        probe.session().load(
            [&] {
                return Experiment(synthetic_recipe(), {data, std::make_shared<SyntheticDataset>(30)});
            },
            false);
        probe.session().play(StepIndex{7});
        QVERIFY(probe.wait_for_step(7));
        data->gone = true;
        probe.session().play();
        QVERIFY(probe.wait_for([&] { return probe.notices().size() == 1; }));
        QVERIFY(probe.settle());
        QCOMPARE(probe.notices()[0], "\"pictures/7.png\" is gone.");
        QCOMPARE(probe.newest().state, RunState::paused);
        QCOMPARE(probe.newest().step.value, 7);
        probe.session().step_once();
        QVERIFY(probe.settle());
        QCOMPARE(probe.notices().size(), 2U);
        QCOMPARE(probe.newest().step.value, 7);
        data->gone = false;
        probe.session().play();
        QVERIFY(probe.wait_for_state(RunState::finished));
        QVERIFY(probe.settle());
        QVERIFY(probe.history() == plain_history());
    }

    void staysEmptyIfTheFirstFactoryThrows() {
        SessionProbe probe;
        probe.session().play();
        probe.session().step_once();
        probe.session().reset(true);
        probe.session().load([]() -> Experiment { throw std::runtime_error("out of luck"); }, true);
        QVERIFY(probe.wait_for([&] { return probe.notices().size() == 1; }));
        QVERIFY(probe.wait_for_state(RunState::empty));
        QVERIFY(probe.runs().empty());
        probe.session().load(factory_of(), true);
        QVERIFY(probe.wait_for_state(RunState::finished));
    }

    void endsWhilePlaying_data() {
        QTest::addColumn<double>("speed");
        QTest::newRow("at full speed") << 0.0;
        QTest::newRow("between two slow steps") << 1e-3;
    }
    void endsWhilePlaying() {
        QFETCH(double, speed);
        SessionProbe probe(2);
        probe.session().set_speed(speed);
        probe.session().load(factory_of(long_recipe()), true);
        QVERIFY(probe.wait_for_step(1));
        probe.end_session();
    }

    void endsBeforeAndWhileLoading() {
        for (int i = 0; i < 20; ++i) {
            SessionProbe idle;
            SessionProbe probe;
            probe.session().load(factory_of(long_recipe()), true);
            probe.end_session();
        }
    }

    void stopsWhereItDiverges() {
        auto recipe = synthetic_recipe();
        recipe.optimizer.lr = 1e6;
        SessionProbe probe;
        probe.session().load(factory_of(recipe), true);
        QVERIFY(probe.wait_for_state(RunState::diverged));
        QVERIFY(probe.settle());
        QCOMPARE(probe.notices().size(), 1U);
        const auto step = probe.newest().step.value;
        const QString notice = QString::fromStdString(probe.notices()[0]);
        const QString expected =
            QString(
                "^At step %1 the first value that is not finite arose in .* '\\w+', channel \\d+\\. The run has "
                "stopped there; step %2 was the last good one, .* A smaller learning rate usually helps\\.$")
                .arg(step)
                .arg(step - 1);
        QVERIFY2(QRegularExpression(expected).match(notice).hasMatch(), qPrintable(notice));
        const auto losses = probe.history().losses();
        QCOMPARE(probe.history().steps(), step);
        QVERIFY(std::all_of(losses.begin(), losses.end() - 1, [](float loss) { return std::isfinite(loss); }));

        probe.session().play();
        probe.session().step_once();
        QVERIFY(probe.settle());
        QCOMPARE(probe.newest().state, RunState::diverged);
        QCOMPARE(probe.newest().step.value, step);
        QCOMPARE(probe.notices().back(),
                 "The run has diverged: go back to the last good step or reset it, with a smaller learning rate.");
        probe.session().set_hyperparameter("optimizer.lr", 0.05);
        probe.session().reset(true);
        QVERIFY(probe.wait_for_state(RunState::finished));
        QVERIFY(probe.settle());
        QVERIFY(probe.history() == plain_history());
    }

    void pausesIfThereIsNoFullBatch() {
        auto recipe = synthetic_recipe();
        recipe.data.batch_size = 81;
        SessionProbe probe;
        probe.session().load(factory_of(recipe), true);
        QVERIFY(probe.wait_for([&] { return probe.notices().size() == 1; }));
        QVERIFY(QString::fromStdString(probe.notices()[0])
                    .startsWith("data.batch_size is 81 but the data set holds 80 images"));
        QVERIFY(probe.wait_for_state(RunState::paused));
        probe.session().step_once();
        QVERIFY(probe.settle());
        QCOMPARE(probe.notices().size(), 2U);
        QCOMPARE(probe.newest().step.value, 0);
        probe.session().set_hyperparameter("data.batch_size", 8);
        probe.session().play();
        QVERIFY(probe.wait_for_state(RunState::finished));
        QVERIFY(probe.settle());
        // The evaluation at step 0 still went by batches of 81.
        QVERIFY(probe.history().columns().dense == plain_history().columns().dense);
    }
};

QTEST_APPLESS_MAIN(tst_TrainingSessionFaults)
#include "tst_TrainingSessionFaults.moc"
