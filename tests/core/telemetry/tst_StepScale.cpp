// The scale of steps against the sampler that draws the batches.
#include "core/telemetry/StepScale.h"
#include "core/train/BatchSampler.h"

#include <QTest>

#include <map>

using namespace normscope;
using telemetry::StepScale;

class tst_StepScale : public QObject {
    Q_OBJECT

   private slots:
    void followsTheSampler_data();
    void followsTheSampler();
    void findsEveryStepAgain();
    void goesOnFromAnyStep();
    void hasNothingWithoutImages();
};

using Changes = std::map<std::int64_t, std::int64_t>;  // step → batch size from then on

namespace {

/// As the trainer takes batches.
void takeStep(BatchSampler& sampler, std::int64_t batch, std::int64_t accumulation) {
    const std::int64_t epoch = sampler.epoch(batch);
    std::int64_t taken = 0;
    do {
        sampler.next(batch);
    } while (++taken < accumulation && sampler.epoch(batch) == epoch);
}

double seen(const BatchSampler& sampler, std::int64_t batch, std::int64_t images) {
    return double(sampler.epoch(batch)) + double(sampler.position(batch)) / double(images);
}

}  // namespace

void tst_StepScale::followsTheSampler_data() {
    QTest::addColumn<int>("images");
    QTest::addColumn<int>("batch");
    QTest::addColumn<int>("accumulation");
    QTest::addColumn<bool>("dropLast");
    QTest::addColumn<Changes>("changes");
    QTest::newRow("even") << 60 << 20 << 1 << false << Changes{};
    QTest::newRow("last batch smaller") << 100 << 32 << 1 << false << Changes{};
    QTest::newRow("last batch left out") << 100 << 32 << 1 << true << Changes{};
    QTest::newRow("several batches a step") << 100 << 8 << 3 << false << Changes{};
    QTest::newRow("several, last left out") << 101 << 8 << 3 << true << Changes{};
    QTest::newRow("one batch an epoch") << 10 << 64 << 1 << false << Changes{};
    QTest::newRow("batch size changes") << 100 << 32 << 1 << false << Changes{{2, 7}, {11, 50}, {40, 1}, {200, 100}};
    QTest::newRow("changes and drops") << 100 << 32 << 1 << true << Changes{{2, 7}, {11, 50}, {40, 1}, {300, 64}};
    QTest::newRow("changes at the ends of epochs") << 96 << 32 << 2 << true << Changes{{2, 48}, {3, 40}, {5, 9}};
}

void tst_StepScale::followsTheSampler() {
    QFETCH(int, images);
    QFETCH(int, batch);
    QFETCH(int, accumulation);
    QFETCH(bool, dropLast);
    QFETCH(Changes, changes);
    StepScale scale(images, batch, accumulation, dropLast);
    for (const auto& [step, size] : changes) scale.change_batch_size({step}, size);

    BatchSampler sampler(images, false, dropLast, 0);
    std::int64_t now = batch;
    double before = -1;
    for (std::int64_t step = 0; step <= 400; ++step) {
        if (step > 0) takeStep(sampler, now, accumulation);
        if (const auto change = changes.find(step); change != changes.end()) now = change->second;
        const double expected = seen(sampler, now, images);
        QVERIFY2(scale.epochs_at({step}) == expected,
                 qPrintable(QStringLiteral("step %1: %2 for %3").arg(step).arg(scale.epochs_at({step})).arg(expected)));
        QVERIFY(expected >= before);
        before = expected;
    }
}

void tst_StepScale::findsEveryStepAgain() {
    StepScale scale(1000, 64, 1, false);
    scale.change_batch_size({20}, 10);
    for (std::int64_t step = 0; step <= 300; ++step) {
        QCOMPARE(scale.step_at(scale.epochs_at({step}), {300}).value, step);
        QCOMPARE(scale.step_at(scale.epochs_at({step}) + 0.0015, {300}).value, step);  // half of the smallest
    }
    QCOMPARE(scale.step_at(100, {300}).value, 300);
    QCOMPARE(scale.step_at(-1, {300}).value, 0);
    scale.truncate_after({19});
    QCOMPARE(scale.epochs_at({32}), 2.0);
}

void tst_StepScale::goesOnFromAnyStep() {
    StepScale scale(100, 32, 1, false);
    scale.begin_at({50}, 7, 64);
    QCOMPARE(scale.epochs_at({50}), 7.64);
    QCOMPARE(scale.epochs_at({51}), 7.96);
    QCOMPARE(scale.epochs_at({52}), 8.0);
    QCOMPARE(scale.epochs_at({25}), 3.82);
    QCOMPARE(scale.epochs_at({0}), 0.0);
}

void tst_StepScale::hasNothingWithoutImages() {
    const StepScale scale;
    QCOMPARE(scale.epochs_at({5}), 0.0);
    QCOMPARE(scale.step_at(0.5, {0}).value, 0);
}

QTEST_APPLESS_MAIN(tst_StepScale)
#include "tst_StepScale.moc"
