// LayerNorm, GroupNorm and InstanceNorm2d.
#include "core/nn/GroupNorm.h"
#include "core/nn/InstanceNorm2d.h"
#include "core/nn/LayerNorm.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/nn/HandComputed.h"
#include "tests/core/nn/NormUnderTest.h"

#include <QTest>

#include <algorithm>
#include <limits>

using namespace normscope;
using namespace normscope::nn;
using namespace normscope::testing;

namespace {

/// Values 1, 2, 3, 6 (mean 3, variance 3.5) and 10 times as much plus 1 in the second channel.
Tensor<double> two_channels() {
    return tensor_of<double>({1, 2, 2, 2}, {1, 11, 2, 21, 3, 31, 6, 61});
}

double x_hat(double x, double mean, double var) {
    return (x - mean) / std::sqrt(var);
}

template <class Layer>
std::vector<double> trained(const Layer& make, const Tensor<float>& x, Mode mode) {
    auto test = LayerUnderTest<float, typename std::decay_t<decltype(*make())>>(make());
    return values_of(test.forward(x, mode));
}

}  // namespace

class tst_ImageNorms : public QObject {
    Q_OBJECT

   private slots:
    void keepTheShapeAndRefuseOthers() {
        const LayerNorm<float> layer({.normalized_shape = {0, 4, 5, 3}});
        const GroupNorm<float> group({.channels = 6, .groups = 3});
        const InstanceNorm2d<float> instance({.channels = 6});
        QVERIFY((layer.output_shape({7, 4, 5, 3}) == Shape{7, 4, 5, 3}));
        QVERIFY((group.output_shape({7, 4, 5, 6}) == Shape{7, 4, 5, 6}));
        QVERIFY((instance.output_shape({7, 4, 5, 6}) == Shape{7, 4, 5, 6}));
        QCOMPARE(error_text<ShapeError>([&] {
                     layer.output_shape({7, 5, 4, 3});
                 }),
                 "LayerNorm has the shape [3, 4, 5], got input size [7, 3, 5, 4]");
        QCOMPARE(error_text<ShapeError>([&] {
                     group.output_shape({7, 4, 5, 3});
                 }),
                 "GroupNorm has 6 channels, got input size [7, 3, 4, 5]");
        QCOMPARE(error_text<ShapeError>([&] {
                     instance.output_shape({7, 4, 5, 3});
                 }),
                 "InstanceNorm2d has 6 channels, got input size [7, 3, 4, 5]");
        QCOMPARE(layer.detail(), "4×5×3");
        QCOMPARE(group.detail(), "6 channels in 3 groups");
    }

    void havePyTorchsDefaultsAndState() {
        LayerNorm<float> layer({.normalized_shape = {0, 4, 5, 3}});
        GroupNorm<float> group({.channels = 6, .groups = 3});
        InstanceNorm2d<float> instance({.channels = 6});
        InstanceNorm2d<float> tracking({.channels = 6, .affine = true, .track_running_stats = true});
        QVERIFY(layer.eps() == 1e-5 && group.eps() == 1e-5 && instance.eps() == 1e-5);
        QCOMPARE(layer.parameters()[0]->dims, (std::vector<std::int64_t>{3, 4, 5}));
        QCOMPARE(layer.parameters()[1]->layout, Layout::plain_hwc);
        QCOMPARE(group.parameters()[1]->dims, (std::vector<std::int64_t>{6}));
        QVERIFY(instance.parameters().empty() && instance.buffers().empty());
        QCOMPARE(tracking.parameters().size(), 2U);
        QCOMPARE(tracking.buffers().size(), 3U);
        QCOMPARE(tracking.buffers()[2].name, "num_batches_tracked");
        QCOMPARE(tracking.running_var()[5], 1.0F);
        const ParameterArena<float> arena(layer.parameters());
        layer.reset(1);
        QVERIFY(std::ranges::all_of(layer.weight(), [](float w) { return w == 1; }));
        QVERIFY(std::ranges::all_of(layer.bias(), [](float b) { return b == 0; }));
    }

    /// All eight values have mean 17; their variance is moments_of()'s.
    void layerNormByHand() {
        const auto x = two_channels();
        auto test = layer_under_test<double, LayerNorm<double>>(
            LayerNorm<double>::Options{.normalized_shape = {0, 2, 2, 2}, .eps = 0});
        auto *weight = test.layer().parameters()[0], *bias = test.layer().parameters()[1];
        const auto y = values_of(test.forward(x));
        const auto moments = moments_of(values_of(x));
        QVERIFY(is_close(moments.mean, 17, 1e-15));
        for (std::size_t i = 0; i < 8; ++i) {
            const double expected = x_hat(values_of(x)[i], 17, moments.biased_var) * weight->value[i] + bias->value[i];
            QVERIFY(is_close(y[i], expected, 1e-14));
        }
    }

    void groupNormByHand() {
        auto whole = layer_under_test<double, GroupNorm<double>>(
            GroupNorm<double>::Options{.channels = 2, .groups = 1, .eps = 0, .affine = false});
        auto single = layer_under_test<double, GroupNorm<double>>(
            GroupNorm<double>::Options{.channels = 2, .groups = 2, .eps = 0});
        const auto x = two_channels();
        const auto var = moments_of(values_of(x)).biased_var;
        const auto y = values_of(whole.forward(x)), split = values_of(single.forward(x));
        const auto w = single.layer().weight(), b = single.layer().bias();
        for (std::size_t i = 0; i < 8; ++i) {
            const double value = values_of(x)[i];
            QVERIFY(is_close(y[i], x_hat(value, 17, var), 1e-14));
            const double expected = i % 2 == 0 ? x_hat(value, 3, 3.5) : x_hat(value, 31, 350);
            QVERIFY(is_close(split[i], expected * w[i % 2] + b[i % 2], 1e-14));
        }
    }

    void instanceNormByHand() {
        auto test = layer_under_test<double, InstanceNorm2d<double>>(
            InstanceNorm2d<double>::Options{.channels = 2, .eps = 0, .momentum = 0.25, .track_running_stats = true});
        const auto x = two_channels();
        const auto y = values_of(test.forward(x));
        for (std::size_t i = 0; i < 8; ++i) {
            const double value = values_of(x)[i];
            QVERIFY(is_close(y[i], i % 2 == 0 ? x_hat(value, 3, 3.5) : x_hat(value, 31, 350), 1e-14));
        }
        QVERIFY(is_close(test.layer().running_mean()[0], 0.75, 1e-15));
        QVERIFY(is_close(test.layer().running_var()[0], 0.75 + 0.25 * 14 / 3, 1e-15));
        // PyTorch 1.13 never counts the batches of an InstanceNorm2d.
        QCOMPARE(*test.layer().buffers()[2].count, 0);
    }

    void instanceNormTracksTheMeanOfTheImages() {
        auto test = layer_under_test<double, InstanceNorm2d<double>>(
            InstanceNorm2d<double>::Options{.channels = 3, .momentum = 1, .track_running_stats = true});
        const auto x = random_tensor<double>({5, 4, 3, 3}, 1, 2, 3);
        test.layer().forward(x, test.pass(Mode::train, false));
        QCOMPARE(test.layer().running_mean()[0], 0.0);
        test.forward(x);
        for (int c = 0; c < 3; ++c) {
            double mean = 0, var = 0;
            const auto values = channel_of(x, c);
            for (int n = 0; n < 5; ++n) {
                const auto moments = moments_of(std::span(values).subspan(n * 12, 12));
                mean += moments.mean / 5;
                var += moments.unbiased_var / 5;
            }
            QVERIFY(is_close(test.layer().running_mean()[c], mean, 1e-14));
            QVERIFY(is_close(test.layer().running_var()[c], var, 1e-14));
        }
        const auto eval = channel_of(test.forward(x, Mode::eval), 1);
        const auto expected =
            normalized(channel_of(x, 1), test.layer().running_mean()[1], test.layer().running_var()[1], 1e-5, 1, 0);
        QVERIFY(distance(eval, expected) < 1e-13);
    }

    void differByModeOnlyWithTracking() {
        const auto x = random_tensor<float>({3, 4, 3, 6}, 1, 2, 3);
        const auto same = [&x](auto make) { return trained(make, x, Mode::train) == trained(make, x, Mode::eval); };
        using Instance = InstanceNorm2d<float>;
        QVERIFY(same([] {
            return std::make_unique<LayerNorm<float>>(LayerNorm<float>::Options{.normalized_shape = {0, 4, 3, 6}});
        }));
        QVERIFY(same(
            [] { return std::make_unique<GroupNorm<float>>(GroupNorm<float>::Options{.channels = 6, .groups = 3}); }));
        QVERIFY(same([] { return std::make_unique<Instance>(Instance::Options{.channels = 6}); }));
        QVERIFY(!same(
            [] { return std::make_unique<Instance>(Instance::Options{.channels = 6, .track_running_stats = true}); }));
    }

    void refuseSingleValuesInPyTorchsWords() {
        auto instance = layer_under_test<float, InstanceNorm2d<float>>(
            InstanceNorm2d<float>::Options{.channels = 3, .track_running_stats = true});
        const auto x = random_tensor<float>({2, 1, 1, 3}, 1);
        QCOMPARE(error_text([&] { instance.forward(x); }),
                 "Expected more than 1 spatial element when training, got input size torch.Size([2, 3, 1, 1])");
        QVERIFY(instance.layer().running_mean()[0] == 0 && instance.layer().running_var()[0] == 1);
        instance.forward(x, Mode::eval);
        auto untracked = layer_under_test<float, InstanceNorm2d<float>>(InstanceNorm2d<float>::Options{.channels = 3});
        QCOMPARE(error_text([&] { untracked.forward(x, Mode::eval); }),
                 "Expected more than 1 spatial element when training, got input size torch.Size([2, 3, 1, 1])");

        auto group = layer_under_test<float, GroupNorm<float>>(GroupNorm<float>::Options{.channels = 3, .groups = 3});
        const auto one = random_tensor<float>({1, 1, 1, 3}, 1);
        QCOMPARE(error_text([&] { group.forward(one); }),
                 "Expected more than 1 value per channel when training, got input size [1, 3, 1, 1]");
        group.forward(x);
        QCOMPARE(error_text([] { GroupNorm<float>({.channels = 10, .groups = 4}); }),
                 "GroupNorm: num_channels must be divisible by num_groups, and 10 is not by 4.");
    }

    /// A group of one value, or a constant image: y = β exactly.
    void turnConstantsIntoTheBias() {
        for (const double eps : {1e-5, 0.0}) {
            auto test = layer_under_test<float, GroupNorm<float>>(
                GroupNorm<float>::Options{.channels = 4, .groups = 2, .eps = eps});
            Tensor<float> x({2, 3, 3, 4});
            x.fill(0.1F);
            const auto y = Tensor<float>(test.forward(x));
            for (int c = 0; c < 4; ++c) {
                for (const double value : channel_of(y, c)) QVERIFY(value == test.layer().bias()[c]);
            }
            for (const double g : values_of(test.backward(random_tensor<float>(x.shape(), 1)))) {
                QVERIFY(std::isfinite(g));
            }
        }
    }

    void confineNaNToItsGroup() {
        auto test = layer_under_test<float, GroupNorm<float>>(GroupNorm<float>::Options{.channels = 4, .groups = 2});
        auto x = random_tensor<float>({2, 3, 3, 4}, 1);
        x.at(1, 1, 1, 3) = std::numeric_limits<float>::quiet_NaN();
        const auto y = Tensor<float>(test.forward(x));
        for (int n = 0; n < 2; ++n) {
            for (int c = 0; c < 4; ++c) QCOMPARE(std::isnan(y.at(n, 0, 0, c)), n == 1 && c >= 2);
        }
    }

    /// Far from zero float32 keeps its digits, as in BatchNorm2d.
    void normalizeLargeMeans_data() {
        QTest::addColumn<double>("mean");
        for (const double mean : {0.0, 1e3, 1e4, 1e6}) QTest::addRow("%g", mean) << mean;
    }
    void normalizeLargeMeans() {
        QFETCH(double, mean);
        const auto x = random_tensor<float>({3, 16, 16, 4}, 11, mean, 1);
        auto test = layer_under_test<float, InstanceNorm2d<float>>(InstanceNorm2d<float>::Options{.channels = 4});
        const auto y = channel_of(test.forward(x), 2);
        const auto values = channel_of(x, 2);
        for (int n = 0; n < 3; ++n) {
            const auto image = std::span(values).subspan(n * 256, 256);
            const auto moments = moments_of(image);
            const auto expected = normalized(image, moments.mean, moments.biased_var, 1e-5, 1, 0);
            const double error = relative_distance<double, double>(std::span(y).subspan(n * 256, 256), expected);
            QVERIFY2(error < 2e-7, QByteArray::number(error).constData());
        }
    }

    void takeAnotherEpsAndFrozenParameters() {
        GroupNorm<float> layer({.channels = 4, .groups = 2});
        layer.set_eps(0.5);
        layer.set_frozen_affine(true);
        const auto copy = layer.clone();
        const auto& norm = dynamic_cast<const GroupNorm<float>&>(*copy);
        QVERIFY(norm.eps() == 0.5 && norm.frozen_affine());
        QVERIFY(!layer.parameters()[0]->trainable && !layer.parameters()[1]->trainable);
        layer.set_frozen_affine(false);
        QVERIFY(layer.parameters()[0]->trainable);
    }
};

QTEST_APPLESS_MAIN(tst_ImageNorms)
#include "tst_ImageNorms.moc"
