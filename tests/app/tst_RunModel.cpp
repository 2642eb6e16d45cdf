#include "app/models/FrameClock.h"
#include "app/models/RunModel.h"

#include <QSignalSpy>
#include <QTest>

using namespace normscope;
using namespace normscope::app;
using namespace normscope::telemetry;

namespace {

std::shared_ptr<const RunDescription> description() {
    auto made = std::make_shared<RunDescription>();
    made->run_id = 1;
    made->schema.add(Statistic::loss);
    made->schema.add(Statistic::eval_accuracy);
    return made;
}

StepColumns steps(std::int64_t first, std::int64_t last) {
    StepColumns columns;
    for (std::int64_t step = first; step <= last; ++step) {
        columns.steps.push_back({step});
        columns.dense.push_back(static_cast<float>(step) / 2);
    }
    return columns;
}

std::shared_ptr<const Snapshot> snapshot(RunState state, std::int64_t step) {
    auto made = std::make_shared<Snapshot>();
    made->run_id = 1;
    made->state = state;
    made->step = {step};
    return made;
}

}  // namespace

class tst_RunModel : public QObject {
    Q_OBJECT

   private slots:
    void keepsWhatWasHandedOver();
    void signalsOncePerDrain();
    void startsAfreshWithANewRun();
    void mergesOneGesture();
    void passesNoticesOn();
    void goesBackToAStep();
    void clockRunsWithTheRunOnly();

   private:
    std::shared_ptr<TelemetryQueue> m_queue = std::make_shared<TelemetryQueue>();
    std::shared_ptr<SnapshotSlot> m_slot = std::make_shared<SnapshotSlot>();
};

void tst_RunModel::keepsWhatWasHandedOver() {
    RunModel model(m_queue, m_slot);
    m_queue->push(RunStarted{description()});
    m_queue->push(steps(1, 100));
    m_slot->publish(snapshot(RunState::playing, 100));
    model.drain();
    QCOMPARE(model.store()->last_step().value, 100);
    QCOMPARE(*model.store()->series({0}).value_at(42), 21.0F);
    QCOMPARE(model.snapshot().step.value, 100);
    QVERIFY(model.isActive());
}

void tst_RunModel::signalsOncePerDrain() {
    RunModel model(m_queue, m_slot);
    QSignalSpy appended(&model, &RunModel::stepsAppended);
    QSignalSpy changed(&model, &RunModel::snapshotChanged);
    m_queue->push(RunStarted{description()});
    for (int i = 0; i < 50; ++i) m_queue->push(steps(1 + i, 1 + i));
    model.drain();
    QCOMPARE(appended.count(), 1);
    QCOMPARE(changed.count(), 0);
    model.drain();
    QCOMPARE(appended.count(), 1);
}

void tst_RunModel::startsAfreshWithANewRun() {
    RunModel model(m_queue, m_slot);
    m_queue->push(RunStarted{description()});
    m_queue->push(steps(1, 10));
    m_queue->push(RunEvent{{10}, "optimizer.lr", "lr 1", "2", "1"});
    model.drain();
    QCOMPARE(model.events().size(), 1U);
    m_queue->push(RunStarted{description()});
    model.drain();
    QCOMPARE(model.store()->last_step().value, 0);
    QVERIFY(model.events().empty());
}

void tst_RunModel::mergesOneGesture() {
    RunModel model(m_queue, m_slot);
    m_queue->push(RunStarted{description()});
    m_queue->push(RunEvent{{10}, "optimizer.lr", "lr 2", "1", "2"});
    m_queue->push(RunEvent{{12}, "optimizer.lr", "lr 3", "2", "3"});
    m_queue->push(RunEvent{{12}, "model.norm.eps", "eps 1", "0", "1"});
    model.drain();
    QCOMPARE(model.events().size(), 2U);
    QCOMPARE(model.events()[0].old_value, "1");
    QCOMPARE(model.events()[0].new_value, "3");
    QCOMPARE(model.events()[0].step.value, 12);
    QCOMPARE(model.events()[1].key, "model.norm.eps");
}

void tst_RunModel::passesNoticesOn() {
    RunModel model(m_queue, m_slot);
    QSignalSpy noticed(&model, &RunModel::noticed);
    m_queue->push(RunNotice{"The file is missing."});
    model.drain();
    QCOMPARE(noticed.takeFirst().first().toString(), "The file is missing.");
}

void tst_RunModel::goesBackToAStep() {
    RunModel model(m_queue, m_slot);
    m_queue->push(RunStarted{description()});
    m_queue->push(steps(1, 100));
    m_queue->push(RunEvent{{40}, "optimizer.lr", "lr 2", "1", "2"});
    m_queue->push(RunEvent{{60}, "model.norm.eps", "eps 1", "0", "1"});
    model.drain();
    QSignalSpy rewound(&model, &RunModel::rewound);
    QSignalSpy appended(&model, &RunModel::stepsAppended);
    QSignalSpy recorded(&model, &RunModel::eventsRecorded);
    m_queue->push(RunRewound{{50}, {{"model.norm.eps", 0.5}}});
    model.drain();
    QCOMPARE(rewound.count(), 1);
    QCOMPARE(appended.count(), 1);
    QCOMPARE(recorded.count(), 1);
    QCOMPARE(model.store()->last_step().value, 50);
    QVERIFY(!model.store()->series({0}).value_at(51));
    QCOMPARE(model.events().size(), 1U);
    QCOMPARE(model.events()[0].key, "optimizer.lr");
    m_queue->push(RunDiverged{{51}, LayerIndex{2}, ChannelIndex{3}, "At step 51 …"});
    model.drain();
    QCOMPARE(model.divergence()->step.value, 51);
    // On from there, in the same drain as steps before.
    m_queue->push(steps(51, 70));
    m_queue->push(RunRewound{{60}, {}});
    model.drain();
    QVERIFY(!model.divergence());
    m_queue->push(steps(61, 62));
    model.drain();
    QCOMPARE(model.store()->last_step().value, 62);
    QCOMPARE(model.store()->series({0}).count(), 62U);
}

void tst_RunModel::clockRunsWithTheRunOnly() {
    RunModel model(m_queue, m_slot);
    FrameClock clock(model);
    QVERIFY(!clock.isRunning());
    m_queue->push(RunStarted{description()});
    m_slot->publish(snapshot(RunState::playing, 1));
    clock.wake();
    QVERIFY(clock.isRunning());
    m_queue->push(steps(1, 5));
    QTRY_COMPARE(model.store()->last_step().value, 5);
    m_slot->publish(snapshot(RunState::paused, 5));
    QTRY_VERIFY(!clock.isRunning());
    QCOMPARE(model.snapshot().state, RunState::paused);
}

QTEST_GUILESS_MAIN(tst_RunModel)
#include "tst_RunModel.moc"
