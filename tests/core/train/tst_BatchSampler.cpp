#include "core/train/BatchSampler.h"

#include "core/Error.h"
#include "tests/core/io/ErrorText.h"

#include <QTest>

#include <algorithm>

using namespace normscope;
using normscope::testing::error_text;

namespace {

std::vector<std::int64_t> sorted(std::vector<std::int64_t> values) {
    std::ranges::sort(values);
    return values;
}

std::vector<std::int64_t> counted(std::int64_t count) {
    std::vector<std::int64_t> values;
    for (std::int64_t i = 0; i < count; ++i) values.push_back(i);
    return values;
}

/// Indices of the next `batches` batches, in order.
std::vector<std::int64_t> draw(BatchSampler& sampler, std::int64_t batch_size, std::int64_t batches) {
    std::vector<std::int64_t> drawn;
    for (std::int64_t i = 0; i < batches; ++i) std::ranges::copy(sampler.next(batch_size), std::back_inserter(drawn));
    return drawn;
}

}  // namespace

class tst_BatchSampler : public QObject {
    Q_OBJECT

   private slots:
    void drawsEachImageOnceAnEpoch_data() {
        QTest::addColumn<int>("images");
        QTest::addColumn<int>("batch_size");
        QTest::addColumn<bool>("shuffle");
        for (const int images : {1, 7, 64, 100}) {
            for (const int batch_size : {1, 3, 64, 200}) {
                for (const bool shuffle : {false, true}) {
                    QTest::addRow("%d images by %d, shuffle %d", images, batch_size, shuffle)
                        << images << batch_size << shuffle;
                }
            }
        }
    }
    void drawsEachImageOnceAnEpoch() {
        QFETCH(int, images);
        QFETCH(int, batch_size);
        QFETCH(bool, shuffle);
        BatchSampler sampler(images, shuffle, /*drop_last=*/false, 1);
        const auto batches = sampler.batches_per_epoch(batch_size);
        QCOMPARE(batches, (images + batch_size - 1) / batch_size);
        for (int epoch = 0; epoch < 3; ++epoch) {
            QCOMPARE(sampler.epoch(batch_size), epoch);
            QCOMPARE(sampler.position(batch_size), 0);
            const auto drawn = draw(sampler, batch_size, batches);
            if (!shuffle) QCOMPARE(drawn, counted(images));
            QCOMPARE(sorted(drawn), counted(images));
        }
    }

    void dropsALastBatchThatIsNotFull() {
        BatchSampler sampler(10, true, /*drop_last=*/true, 1);
        QCOMPARE(sampler.batches_per_epoch(4), 2);
        for (int epoch = 0; epoch < 3; ++epoch) {
            QCOMPARE(sampler.epoch(4), epoch);
            auto drawn = sorted(draw(sampler, 4, 2));
            QCOMPARE(drawn.size(), 8U);
            QVERIFY(std::ranges::adjacent_find(drawn) == drawn.end());
        }
    }

    void knowsTheEpochOfTheBatchDrawn() {
        BatchSampler sampler(10, true, /*drop_last=*/true, 1);
        for (const int epoch : {0, 0, 1, 1, 2}) {
            sampler.next(5);
            QCOMPARE(sampler.batch_epoch(), epoch);
        }
    }

    void keepsALastBatchThatIsNotFull() {
        BatchSampler sampler(10, false, /*drop_last=*/false, 1);
        draw(sampler, 4, 2);
        QCOMPARE(sampler.position(4), 8);
        QCOMPARE(sampler.next(4), (std::vector<std::int64_t>{8, 9}));
        QCOMPARE(sampler.epoch(4), 1);
    }

    void shufflesEachEpochDifferently() {
        BatchSampler sampler(50, true, false, 1);
        const auto first = draw(sampler, 50, 1), second = draw(sampler, 50, 1);
        QVERIFY(first != second);
        BatchSampler again(50, true, false, 1), other(50, true, false, 2);
        QCOMPARE(draw(again, 50, 1), first);
        QVERIFY(draw(other, 50, 1) != first);
    }

    void hasAnOrderIndependentOfTheBatchSize() {
        BatchSampler by_one(60, true, false, 3), by_seven(60, true, false, 3), by_sixty(60, true, false, 3);
        const auto expected = draw(by_sixty, 60, 2);
        QCOMPARE(draw(by_one, 1, 120), expected);
        QCOMPARE(draw(by_seven, 7, 18), expected);
    }

    void changesBatchSizeInTheMiddleOfAnEpoch() {
        BatchSampler changing(60, true, true, 3), reference(60, true, true, 3);
        auto drawn = draw(changing, 7, 3);
        std::ranges::copy(draw(changing, 13, 3), std::back_inserter(drawn));
        QCOMPARE(drawn, draw(reference, 60, 1));
        QCOMPARE(changing.epoch(13), 1);
    }

    /// What is left is too few for the larger batch but enough for a smaller one.
    void decidesAboutTheEndOfAnEpochByTheNextBatchSize() {
        BatchSampler sampler(10, true, true, 3);
        sampler.next(6);
        QCOMPARE(sampler.epoch(4), 0);
        QCOMPARE(sampler.epoch(5), 1);
        QCOMPARE(sampler.position(5), 0);
        QCOMPARE(sampler.position(4), 6);
    }

    void refusesBatchesLargerThanTheData() {
        BatchSampler sampler(10, true, true, 3);
        QCOMPARE(error_text([&] { sampler.next(11); }),
                 "data.batch_size is 11 but the data set holds 10 images, so there is no full batch: choose a smaller "
                 "batch or set data.drop_last to false.");
        QCOMPARE(sampler.next(10).size(), 10U);
        QCOMPARE(sampler.epoch(10), 1);
    }

    void refusesNoImages() {
        QCOMPARE(error_text([] { BatchSampler(0, true, true, 1); }), "the data set holds no image to train on.");
    }

    void isAValue() {
        BatchSampler sampler(30, true, true, 1);
        draw(sampler, 7, 6);
        auto copy = sampler;
        QCOMPARE(draw(copy, 7, 10), draw(sampler, 7, 10));
    }

    void goesOnFromASavedState() {
        for (const std::int64_t taken : {0, 1, 3, 7, 20}) {
            BatchSampler original(30, true, true, 5);
            for (std::int64_t i = 0; i < taken; ++i) original.next(7);
            BatchSampler restored(30, true, true, 5);
            restored.set_state(original.state());
            QVERIFY(restored.state() == original.state());
            for (int i = 0; i < 9; ++i) QVERIFY(restored.next(4 + i) == original.next(4 + i));
        }
    }

    void makesAForgottenOrderAgain() {
        BatchSampler sampler(30, true, true, 5);
        sampler.next(7);
        BatchSampler copy = sampler;
        copy.forget_order();
        for (int i = 0; i < 9; ++i) QVERIFY(copy.next(7) == sampler.next(7));
    }

    void refusesPositionsThatAreNone() {
        BatchSampler sampler(30, true, true, 5);
        for (const SamplerState& state : {SamplerState{-1, 0}, SamplerState{0, -1}, SamplerState{0, 31}})
            QVERIFY_THROWS_EXCEPTION(InputError, sampler.set_state(state));
        QVERIFY((sampler.state() == SamplerState{0, 0}));
    }
};

QTEST_APPLESS_MAIN(tst_BatchSampler)
#include "tst_BatchSampler.moc"
