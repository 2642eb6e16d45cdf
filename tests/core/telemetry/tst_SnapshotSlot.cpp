#include "core/telemetry/Snapshot.h"

#include <QTest>

#include <atomic>
#include <thread>

using namespace normscope;
using namespace normscope::telemetry;

namespace {

std::shared_ptr<const Snapshot> snapshot_of(std::int64_t step) {
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->step = StepIndex{step};
    return snapshot;
}

}  // namespace

class tst_SnapshotSlot : public QObject {
    Q_OBJECT

   private slots:
    void givesTheNewestOnce() {
        SnapshotSlot slot;
        QVERIFY(!slot.take());
        slot.publish(snapshot_of(1));
        slot.publish(snapshot_of(2));
        QCOMPARE(slot.take()->step.value, 2);
        QVERIFY(!slot.take());
    }

    void freesWhatNobodyTook() {
        SnapshotSlot slot;
        auto old = snapshot_of(1);
        const std::weak_ptr<const Snapshot> watched = old;
        slot.publish(std::move(old));
        slot.publish(snapshot_of(2));
        QVERIFY(watched.expired());
    }

    void onlyGoesForwardBetweenThreads() {
        SnapshotSlot slot;
        constexpr std::int64_t count = 20'000;
        const std::jthread producer([&slot] {
            for (std::int64_t step = 1; step <= count; ++step) slot.publish(snapshot_of(step));
        });
        std::int64_t newest = 0;
        while (newest < count) {
            const auto snapshot = slot.take();
            if (!snapshot) {
                std::this_thread::yield();
                continue;
            }
            QVERIFY(snapshot->step.value > newest);
            newest = snapshot->step.value;
        }
    }
};

QTEST_APPLESS_MAIN(tst_SnapshotSlot)
#include "tst_SnapshotSlot.moc"
