// Looking at states of a run that goes on.
#include "tests/core/train/SessionProbe.h"

#include <QTest>

#include <future>

using namespace normscope;
using namespace normscope::testing;
using telemetry::RunState;

namespace {

std::optional<StatePath> path_to(TrainingSession& session, std::optional<StepIndex> step) {
    std::promise<std::optional<StatePath>> promise;
    auto path = promise.get_future();
    session.copy_state(step, [&promise](std::optional<StatePath> found) { promise.set_value(std::move(found)); });
    return path.get();
}

std::vector<float> values_of(const Experiment& experiment) {
    const auto values = experiment.network().parameters().values();
    return {values.begin(), values.end()};
}

/// The run by hand, with a smaller learning rate from step 5 on.
std::vector<float> values_after(std::int64_t steps) {
    Experiment experiment(long_recipe(), synthetic_split());
    Trainer trainer(1);
    for (std::int64_t step = 0; step <= steps; ++step) {
        if (step == 5) experiment.set_hyperparameter("optimizer.lr", 0.001);
        if (step < steps) trainer.step(experiment);
    }
    return values_of(experiment);
}

/// Stands at step 21.
void take_steps(SessionProbe& probe) {
    probe.session().load(factory_of(long_recipe()), false);
    probe.session().play(StepIndex{5});
    QVERIFY(probe.wait_for([&] { return probe.newest().step.value == 5 && probe.newest().state == RunState::paused; }));
    probe.session().set_hyperparameter("optimizer.lr", 0.001);
    probe.session().play(StepIndex{21});
    QVERIFY(
        probe.wait_for([&] { return probe.newest().step.value == 21 && probe.newest().state == RunState::paused; }));
}

}  // namespace

class tst_StatePath : public QObject {
    Q_OBJECT

   private slots:
    void thereIsNoneBeforeARun();
    void reachesEveryStep_data();
    void reachesEveryStep();
    void canBeCancelled();
    void runGoesOn();
};

void tst_StatePath::thereIsNoneBeforeARun() {
    SessionProbe probe;
    QVERIFY(!path_to(probe.session(), {}));
}

void tst_StatePath::reachesEveryStep_data() {
    QTest::addColumn<qint64>("step");
    for (const int step : {0, 1, 4, 5, 6, 8, 13, 20, 21}) QTest::addRow("step %d", step) << qint64(step);
}

void tst_StatePath::reachesEveryStep() {
    QFETCH(qint64, step);
    SessionProbe probe;
    take_steps(probe);
    const auto path = path_to(probe.session(), StepIndex{step});
    QVERIFY(path);
    QCOMPARE(path->step.value, step);
    QCOMPARE(path->run_id, probe.newest().run_id);
    Trainer trainer(2);
    const auto reached = reach(*path, trainer);
    QVERIFY(reached);
    QCOMPARE(reached->step().value, step);
    QVERIFY(values_of(*reached) == values_after(step));
}

void tst_StatePath::canBeCancelled() {
    SessionProbe probe;
    take_steps(probe);
    const auto path = path_to(probe.session(), StepIndex{4});
    Trainer trainer(1);
    QVERIFY(!reach(*path, trainer, [] { return true; }));
}

void tst_StatePath::runGoesOn() {
    SessionProbe probe;
    take_steps(probe);
    const auto path = path_to(probe.session(), {});
    QCOMPARE(path->step.value, 21);
    probe.session().play(StepIndex{30});
    QVERIFY(probe.wait_for([&] { return probe.newest().step.value == 30; }));
    QCOMPARE(path->from->step().value, 21);
    QVERIFY(values_of(*path->from) == values_after(21));
}

QTEST_GUILESS_MAIN(tst_StatePath)
#include "tst_StatePath.moc"
