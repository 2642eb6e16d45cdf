#include "core/telemetry/TelemetryQueue.h"

#include <QTest>

#include <thread>

using namespace normscope;
using namespace normscope::telemetry;

class tst_TelemetryQueue : public QObject {
    Q_OBJECT

   private slots:
    void keepsTheOrderOfAllKinds() {
        TelemetryQueue queue;
        QVERIFY(queue.drain().empty());
        queue.push(RunStarted{});
        queue.push(StepColumns{{StepIndex{1}}, {}, {}});
        queue.push(RunEvent{.step = StepIndex{1}, .key = "optimizer.lr"});
        queue.push(RunNotice{"sentence"});
        const auto items = queue.drain();
        QCOMPARE(items.size(), 4U);
        for (std::size_t i = 0; i < 4; ++i) QCOMPARE(items[i].index(), i);
        QVERIFY(queue.drain().empty());
    }

    void losesNothingBetweenThreads() {
        TelemetryQueue queue;
        constexpr std::int64_t count = 50'000;
        const std::jthread producer([&queue] {
            for (std::int64_t step = 1; step <= count; ++step) queue.push(StepColumns{{StepIndex{step}}, {}, {}});
        });
        std::int64_t next = 1;
        while (next <= count) {
            for (const auto& item : queue.drain()) QCOMPARE(std::get<StepColumns>(item).steps.at(0).value, next++);
            std::this_thread::yield();
        }
        QVERIFY(queue.drain().empty());
    }
};

QTEST_APPLESS_MAIN(tst_TelemetryQueue)
#include "tst_TelemetryQueue.moc"
