// What can change during a run: freezing, ghost batches, resetting.
#include "core/optim/Optimizer.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/nn/HandComputed.h"
#include "tests/core/nn/NormUnderTest.h"

#include <QTest>

#include <algorithm>

using namespace normscope;
using namespace normscope::nn;
using namespace normscope::testing;

namespace {

/// Images [begin, end) of a batch.
template <class S>
Tensor<S> images_of(const Tensor<S>& x, std::int64_t begin, std::int64_t end) {
    Shape shape = x.shape();
    shape.n = end - begin;
    Tensor<S> part(shape);
    std::copy_n(x.image(begin), shape.size(), part.data());
    return part;
}

}  // namespace

class tst_BatchNorm2dOptions : public QObject {
    Q_OBJECT

   private slots:
    /// torch.chunk: ⌈N/k⌉ images a shard, perhaps fewer shards than asked for.
    void normalizesShardsOnTheirOwn_data() {
        QTest::addColumn<int>("images");
        QTest::addColumn<int>("shards");
        QTest::addColumn<QList<int>>("ends");
        QTest::newRow("even") << 8 << 2 << QList{4, 8};
        QTest::newRow("uneven") << 10 << 4 << QList{3, 6, 9, 10};
        QTest::newRow("fewer") << 5 << 4 << QList{2, 4, 5};
        QTest::newRow("one image each") << 3 << 8 << QList{1, 2, 3};
    }
    void normalizesShardsOnTheirOwn() {
        QFETCH(int, images);
        QFETCH(int, shards);
        QFETCH(QList<int>, ends);
        auto ghost = norm<double>({.channels = 3, .ghost_batches = shards});
        auto plain = norm<double>({.channels = 3});
        const Shape shape{images, 3, 2, 3};
        const auto x = random_tensor<double>(shape, 1, 5, 2), gradient = random_tensor<double>(shape, 2);
        const auto y = values_of(ghost.forward(x)), dx = values_of(ghost.backward(gradient));
        std::vector<double> y_parts, dx_parts, weight_gradient(3), bias_gradient(3);
        int begin = 0;
        for (const int end : ends) {
            const auto part = images_of(x, begin, end);
            std::ranges::copy(values_of(plain.forward(part)), std::back_inserter(y_parts));
            std::ranges::copy(values_of(plain.backward(images_of(gradient, begin, end))), std::back_inserter(dx_parts));
            for (int c = 0; c < 3; ++c) {
                weight_gradient[c] += plain.layer().parameters()[0]->gradient[c];
                bias_gradient[c] += plain.layer().parameters()[1]->gradient[c];
            }
            begin = end;
        }
        QVERIFY(distance(y, y_parts) < 1e-14 && distance(dx, dx_parts) < 1e-14);
        QVERIFY(distance(ghost.layer().parameters()[0]->gradient, weight_gradient) < 1e-13);
        QVERIFY(distance(ghost.layer().parameters()[1]->gradient, bias_gradient) < 1e-13);
        QVERIFY(distance(ghost.layer().running_mean(), plain.layer().running_mean()) < 1e-15);
        QVERIFY(distance(ghost.layer().running_var(), plain.layer().running_var()) < 1e-15);
        QCOMPARE(ghost.layer().num_batches_tracked(), ends.size());
    }

    void showsTheStatisticsOfTheWholeBatch() {
        auto ghost = norm<float>({.channels = 2, .ghost_batches = 3});
        auto plain = norm<float>({.channels = 2});
        const auto x = random_tensor<float>({10, 3, 3, 2}, 1, 1e3, 2);
        ghost.forward(x);
        plain.forward(x);
        for (int c = 0; c < 2; ++c) {
            QVERIFY(is_close(ghost.layer().batch_mean()[c], plain.layer().batch_mean()[c], 1e-14));
            QVERIFY(is_close(ghost.layer().batch_var()[c], plain.layer().batch_var()[c], 1e-13));
        }
    }

    void takesTheWholeBatchInEvalModeAndFrozen() {
        for (const bool tracks : {true, false}) {
            auto ghost = norm<float>({.channels = 2, .track_running_stats = tracks, .ghost_batches = 3});
            auto plain = norm<float>({.channels = 2, .track_running_stats = tracks});
            const auto x = random_tensor<float>({7, 3, 3, 2}, 1, 5, 2);
            QCOMPARE(values_of(ghost.forward(x, Mode::eval)), values_of(plain.forward(x, Mode::eval)));
            QVERIFY(values_of(ghost.forward(x)) != values_of(plain.forward(x)));
        }
        auto frozen = norm<float>({.channels = 2, .frozen = true, .ghost_batches = 3});
        const auto x = random_tensor<float>({7, 3, 3, 2}, 1, 5, 2);
        const auto train = values_of(frozen.forward(x));
        QCOMPARE(values_of(frozen.forward(x, Mode::eval)), train);
        QCOMPARE(frozen.layer().num_batches_tracked(), 0);
    }

    void refusesShardsOfOneValue() {
        auto test = norm<float>({.channels = 3, .ghost_batches = 3});
        // 5 images make shards of 2, 2 and 1.
        const auto x = random_tensor<float>({5, 1, 1, 3}, 1);
        QCOMPARE(error_text([&] { test.forward(x); }),
                 "Expected more than 1 value per channel when training, got input size torch.Size([1, 3, 1, 1])");
        QCOMPARE(copy_of(test.layer().running_mean()), (std::vector<float>{0, 0, 0}));
        QCOMPARE(copy_of(test.layer().running_var()), (std::vector<float>{1, 1, 1}));
        QCOMPARE(test.layer().num_batches_tracked(), 0);
        test.forward(x, Mode::eval);
        QCOMPARE(error_text([] { BatchNorm2d<float>({.channels = 3, .ghost_batches = 0}); }),
                 "BatchNorm2d: there must be at least one ghost batch.");
    }

    /// PyTorch counts an empty batch, k times in k shards; nothing else changes.
    void countsEmptyBatches() {
        for (const int shards : {1, 3}) {
            auto test = norm<float>({.channels = 2, .ghost_batches = shards});
            const Tensor<float> x(Shape{0, 2, 2, 2});
            QVERIFY(test.forward(x).shape() == x.shape());
            QCOMPARE(test.layer().num_batches_tracked(), shards);
            test.forward(x, Mode::eval);
            test.layer().set_frozen(true);
            test.forward(x);
            QCOMPARE(test.layer().num_batches_tracked(), shards);
            QCOMPARE(copy_of(test.layer().running_var()), (std::vector<float>{1, 1}));
        }
    }

    void freezesAndThawsDuringARun() {
        auto test = norm<float>({.channels = 2});
        const auto x = random_tensor<float>({4, 3, 3, 2}, 1, 5, 2);
        test.forward(x);
        const auto mean = copy_of(test.layer().running_mean());
        const auto eval = values_of(test.forward(x, Mode::eval));
        test.layer().set_frozen(true);
        QCOMPARE(values_of(test.forward(x)), eval);
        QCOMPARE(copy_of(test.layer().running_mean()), mean);
        QCOMPARE(test.layer().num_batches_tracked(), 1);
        test.layer().set_frozen(false);
        QVERIFY(values_of(test.forward(x)) != eval);
        QCOMPARE(test.layer().num_batches_tracked(), 2);
    }

    void keepsGammaAndBetaFromTheOptimizer() {
        BatchNorm2d<float> layer({.channels = 2, .frozen_affine = true});
        ParameterArena<float> arena(layer.parameters());
        layer.reset(1);
        ThreadPool pool(1);
        const auto x = random_tensor<float>({4, 3, 3, 2}, 1), gradient = random_tensor<float>({4, 3, 3, 2}, 2);
        const auto step = [&] {
            layer.forward(x, {pool});
            layer.backward(gradient, {pool}, true);
            optim::Optimizer<float>().step(arena, {});
        };
        step();
        QCOMPARE(copy_of(layer.weight()), (std::vector<float>{1, 1}));
        QVERIFY(layer.parameters()[0]->gradient[0] != 0);
        QVERIFY(dynamic_cast<const BatchNorm2d<float>&>(*layer.clone()).options().frozen_affine);
        layer.set_frozen_affine(false);
        step();
        QVERIFY(copy_of(layer.weight()) != (std::vector<float>{1, 1}));
        QVERIFY(!dynamic_cast<const BatchNorm2d<float>&>(*layer.clone()).options().frozen_affine);
    }

    void startsAfresh() {
        auto test = norm<float>({.channels = 2});
        test.forward(random_tensor<float>({4, 3, 3, 2}, 1, 5));
        test.layer().reset_running_stats();
        QVERIFY(copy_of(test.layer().weight()) != (std::vector<float>{1, 1}));
        QCOMPARE(copy_of(test.layer().running_mean()), (std::vector<float>{0, 0}));
        QCOMPARE(copy_of(test.layer().running_var()), (std::vector<float>{1, 1}));
        QCOMPARE(test.layer().num_batches_tracked(), 0);
        test.forward(random_tensor<float>({4, 3, 3, 2}, 1, 5));
        test.layer().reset_parameters();
        QCOMPARE(copy_of(test.layer().weight()), (std::vector<float>{1, 1}));
        QCOMPARE(copy_of(test.layer().bias()), (std::vector<float>{0, 0}));
        QCOMPARE(test.layer().num_batches_tracked(), 0);
    }

    /// momentum 1: the buffers are the last batch's statistics.
    void remembersTheLastBatchWithMomentumOne() {
        auto test = norm<double>({.channels = 1, .momentum = 1.0});
        test.forward(random_tensor<double>({4, 3, 3, 1}, 1, 100, 50));
        const auto x = random_tensor<double>({4, 3, 3, 1}, 2, 3, 2);
        test.forward(x);
        const auto moments = moments_of(channel_of(x, 0));
        QVERIFY(is_close(test.layer().running_mean()[0], moments.mean, 1e-14));
        QVERIFY(is_close(test.layer().running_var()[0], moments.unbiased_var, 1e-14));
        QCOMPARE(test.layer().num_batches_tracked(), 2);
    }

    /// The running statistics of a channel that saw NaN recover by resetting only.
    void staysPoisonedUntilReset() {
        auto test = norm<float>({.channels = 2});
        auto x = random_tensor<float>({4, 3, 3, 2}, 1);
        x.at(0, 0, 0, 0) = NAN;
        test.forward(x);
        const auto clean = random_tensor<float>({4, 3, 3, 2}, 2);
        for (int i = 0; i < 50; ++i) test.forward(clean);
        QVERIFY(std::isnan(test.layer().running_mean()[0]) && std::isnan(test.layer().running_var()[0]));
        for (const double y : channel_of(test.forward(clean, Mode::eval), 0)) QVERIFY(std::isnan(y));
        for (const double y : channel_of(test.forward(clean, Mode::eval), 1)) QVERIFY(std::isfinite(y));
        test.layer().reset_running_stats();
        test.forward(clean);
        QVERIFY(std::isfinite(test.layer().running_var()[0]));
    }
};

QTEST_APPLESS_MAIN(tst_BatchNorm2dOptions)
#include "tst_BatchNorm2dOptions.moc"
