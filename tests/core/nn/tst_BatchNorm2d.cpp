#include "core/nn/BatchNorm2d.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/nn/NormUnderTest.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

using namespace normscope;
using namespace normscope::nn;
using namespace normscope::testing;

namespace {

/// Everything that a forward pass may change.
struct Buffers {
    explicit Buffers(const BatchNorm2d<float>& layer)
        : mean(copy_of(layer.running_mean())), var(copy_of(layer.running_var())), count(layer.num_batches_tracked()) {}
    bool operator==(const Buffers&) const = default;

    std::vector<float> mean;
    std::vector<float> var;
    std::int64_t count;
};

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

}  // namespace

class tst_BatchNorm2d : public QObject {
    Q_OBJECT

   private slots:
    void hasPyTorchsDefaults() {
        BatchNorm2d<float> layer({.channels = 3});
        const ParameterArena<float> arena(layer.parameters());
        layer.reset(1);
        QCOMPARE(layer.options().eps, 1e-5);
        QCOMPARE(layer.options().momentum, std::optional(0.1));
        QVERIFY(layer.options().affine && layer.options().track_running_stats && !layer.options().frozen);
        QCOMPARE(copy_of(layer.weight()), (std::vector<float>{1, 1, 1}));
        QCOMPARE(copy_of(layer.bias()), (std::vector<float>{0, 0, 0}));
        QCOMPARE(copy_of(layer.running_mean()), (std::vector<float>{0, 0, 0}));
        QCOMPARE(copy_of(layer.running_var()), (std::vector<float>{1, 1, 1}));
        QCOMPARE(layer.num_batches_tracked(), 0);
    }

    void refusesAnotherNumberOfChannels() {
        const BatchNorm2d<float> layer({.channels = 3});
        QCOMPARE(error_text<ShapeError>([&] {
                     layer.output_shape({2, 5, 4, 1});
                 }),
                 "BatchNorm2d has 3 channels, got input size [2, 1, 5, 4]");
    }

    /// By hand: values 1, 2, 3, 6 have mean 3, biased variance 3.5, unbiased variance 14/3.
    void normalizesByHand() {
        auto test = norm<double>({.channels = 1, .eps = 0.5});
        test.layer().parameters()[0]->value[0] = 4;
        test.layer().parameters()[1]->value[0] = 10;
        Tensor<double> x({2, 2, 1, 1});
        std::ranges::copy(std::array{1.0, 2.0, 3.0, 6.0}, x.data());
        const auto y = channel_of(test.forward(x), 0);
        QVERIFY(distance(y, std::array{6.0, 8.0, 10.0, 16.0}) < 1e-14);
        QVERIFY(is_close(test.layer().batch_mean()[0], 3, 1e-15));
        QVERIFY(is_close(test.layer().batch_var()[0], 3.5, 1e-15));
        QVERIFY(is_close(test.layer().running_mean()[0], 0.3, 1e-15));
        QVERIFY(is_close(test.layer().running_var()[0], 0.9 + 0.1 * 14 / 3, 1e-15));
    }

    void normalizesWithTheBatchInTrainMode_data() {
        QTest::addColumn<QList<int>>("shape");
        QTest::addColumn<double>("eps");
        QTest::newRow("usual") << QList{8, 5, 5, 4} << 1e-5;
        QTest::newRow("odd batch") << QList{7, 3, 5, 3} << 1e-5;
        QTest::newRow("one image") << QList{1, 4, 3, 2} << 1e-5;
        QTest::newRow("vectors") << QList{9, 1, 1, 6} << 1e-5;
        QTest::newRow("two values") << QList{2, 1, 1, 3} << 1e-5;
        QTest::newRow("large eps") << QList{8, 5, 5, 4} << 2.0;
        QTest::newRow("many channels") << QList{3, 2, 2, 70} << 1e-5;
    }
    void normalizesWithTheBatchInTrainMode() {
        QFETCH(QList<int>, shape);
        QFETCH(double, eps);
        const auto x = random_tensor<float>({shape[0], shape[1], shape[2], shape[3]}, 2, 3, 2);
        auto test = norm<float>({.channels = shape[3], .eps = eps});
        const auto& y = test.forward(x);
        const auto& layer = test.layer();
        for (int c = 0; c < shape[3]; ++c) {
            const auto values = channel_of(x, c);
            const auto expected = moments_of(values);
            const auto y_expected =
                normalized(values, expected.mean, expected.biased_var, eps, layer.weight()[c], layer.bias()[c]);
            QVERIFY(distance(channel_of(y, c), y_expected) < 2e-6);
            QVERIFY(is_close(layer.batch_mean()[c], expected.mean, 1e-14));
            QVERIFY(is_close(layer.batch_var()[c], expected.biased_var, 1e-14));
            QVERIFY(is_close(layer.running_mean()[c], 0.1 * expected.mean));
            QVERIFY(is_close(layer.running_var()[c], 0.9 + 0.1 * expected.unbiased_var));
        }
        QCOMPARE(layer.num_batches_tracked(), 1);
    }

    void normalizesWithTheBuffersInEvalMode() {
        auto test = norm<float>({.channels = 2});
        std::ranges::copy(std::array{1.0F, -2.0F}, test.layer().running_mean().begin());
        std::ranges::copy(std::array{4.0F, 0.25F}, test.layer().running_var().begin());
        const Buffers before(test.layer());
        const auto x = random_tensor<float>({3, 2, 2, 2}, 2);
        const auto& y = test.forward(x, Mode::eval);
        for (int c = 0; c < 2; ++c) {
            const auto expected = normalized(channel_of(x, c), before.mean[c], before.var[c], 1e-5,
                                             test.layer().weight()[c], test.layer().bias()[c]);
            QVERIFY(distance(channel_of(y, c), expected) < 2e-6);
        }
        QVERIFY(Buffers(test.layer()) == before);
    }

    void updatesRunningStatisticsByMomentum_data() {
        QTest::addColumn<double>("momentum");
        for (const double momentum : {0.0, 0.001, 0.1, 0.5, 1.0}) QTest::addRow("%g", momentum) << momentum;
    }
    void updatesRunningStatisticsByMomentum() {
        QFETCH(double, momentum);
        auto test = norm<float>({.channels = 1, .momentum = momentum});
        double mean = 0, var = 1;
        for (std::uint64_t batch = 0; batch < 5; ++batch) {
            const auto x = random_tensor<float>({4, 3, 3, 1}, batch, 2, 3);
            test.forward(x);
            const auto moments = moments_of(channel_of(x, 0));
            mean = (1 - momentum) * mean + momentum * moments.mean;
            var = (1 - momentum) * var + momentum * moments.unbiased_var;
        }
        QVERIFY(is_close(test.layer().running_mean()[0], mean));
        QVERIFY(is_close(test.layer().running_var()[0], var));
        QCOMPARE(test.layer().num_batches_tracked(), 5);
    }

    void freezesBuffersExactlyWithMomentumZero() {
        auto test = norm<float>({.channels = 1, .momentum = 0.0});
        test.layer().running_mean()[0] = 0.1F;
        test.layer().running_var()[0] = 0.3F;
        test.forward(random_tensor<float>({4, 3, 3, 1}, 1, 5));
        QVERIFY(test.layer().running_mean()[0] == 0.1F);
        QVERIFY(test.layer().running_var()[0] == 0.3F);
        QCOMPARE(test.layer().num_batches_tracked(), 1);
    }

    void averagesAllBatchesWithoutMomentum() {
        auto test = norm<float>({.channels = 1, .momentum = std::nullopt});
        double means = 0, vars = 0;
        for (std::uint64_t batch = 0; batch < 4; ++batch) {
            const auto x = random_tensor<float>({4, 3, 3, 1}, batch, 2, 3);
            test.forward(x);
            means += moments_of(channel_of(x, 0)).mean;
            vars += moments_of(channel_of(x, 0)).unbiased_var;
        }
        QVERIFY(is_close(test.layer().running_mean()[0], means / 4));
        QVERIFY(is_close(test.layer().running_var()[0], vars / 4));
    }

    void takesTheBatchInBothModesWithoutBuffers() {
        auto test = norm<float>({.channels = 2, .track_running_stats = false});
        QVERIFY(test.layer().running_mean().empty() && test.layer().running_var().empty());
        const auto x = random_tensor<float>({3, 2, 2, 2}, 2, 1);
        const auto train = copy_of(test.forward(x).values());
        QCOMPARE(copy_of(test.forward(x, Mode::eval).values()), train);
        QCOMPARE(test.layer().num_batches_tracked(), 0);
    }

    void isWeightOneAndBiasZeroWithoutAffine() {
        auto plain = norm<float>({.channels = 2, .affine = false});
        QVERIFY(plain.layer().parameters().empty());
        auto affine = norm<float>({.channels = 2});
        affine.layer().reset(1);
        const auto x = random_tensor<float>({3, 2, 2, 2}, 2, 1);
        const auto gradient = random_tensor<float>({3, 2, 2, 2}, 3);
        QCOMPARE(copy_of(plain.forward(x).values()), copy_of(affine.forward(x).values()));
        QCOMPARE(copy_of(plain.backward(gradient).values()), copy_of(affine.backward(gradient).values()));
        QVERIFY(Buffers(plain.layer()) == Buffers(affine.layer()));
    }

    void isEvalModeWhenFrozen() {
        auto frozen = norm<float>({.channels = 2, .frozen = true});
        auto usual = norm<float>({.channels = 2});
        const Buffers before(frozen.layer());
        const auto x = random_tensor<float>({3, 2, 2, 2}, 2, 1);
        const auto gradient = random_tensor<float>({3, 2, 2, 2}, 3);
        QCOMPARE(copy_of(frozen.forward(x, Mode::train).values()), copy_of(usual.forward(x, Mode::eval).values()));
        QCOMPARE(copy_of(frozen.backward(gradient).values()), copy_of(usual.backward(gradient).values()));
        for (int i = 0; i < 2; ++i) {
            QCOMPARE(copy_of(frozen.layer().parameters()[i]->gradient),
                     copy_of(usual.layer().parameters()[i]->gradient));
        }
        QVERIFY(Buffers(frozen.layer()) == before);
        QVERIFY(is_close(frozen.layer().batch_mean()[0], moments_of(channel_of(x, 0)).mean, 1e-14));
    }

    void leavesBuffersAloneWhenAsked() {
        auto test = norm<float>({.channels = 2});
        const Buffers before(test.layer());
        const auto x = random_tensor<float>({3, 2, 2, 2}, 2, 1);
        const auto y = copy_of(test.layer().forward(x, test.pass(Mode::train, false)).values());
        QVERIFY(Buffers(test.layer()) == before);
        QCOMPARE(copy_of(test.forward(x).values()), y);
        QVERIFY(Buffers(test.layer()) != before);
    }

    void takesAnEmptyBatch() {
        auto test = norm<float>({.channels = 2});
        test.forward(random_tensor<float>({3, 2, 2, 2}, 2));
        const Buffers before(test.layer());
        const Tensor<float> x(Shape{0, 2, 2, 2});
        QVERIFY(test.forward(x).shape() == x.shape());
        QVERIFY(test.backward(x).shape() == x.shape());
        for (const auto* parameter : test.layer().parameters()) {
            QVERIFY(std::ranges::all_of(parameter->gradient, [](float g) { return g == 0; }));
        }
        QCOMPARE(copy_of(test.layer().running_mean()), before.mean);
        QCOMPARE(copy_of(test.layer().running_var()), before.var);
    }

    void refusesOneValuePerChannel_data() {
        QTest::addColumn<bool>("tracks");
        QTest::addColumn<int>("mode");
        QTest::newRow("train mode") << true << static_cast<int>(Mode::train);
        QTest::newRow("train mode without buffers") << false << static_cast<int>(Mode::train);
        QTest::newRow("eval mode without buffers") << false << static_cast<int>(Mode::eval);
    }
    void refusesOneValuePerChannel() {
        QFETCH(bool, tracks);
        QFETCH(int, mode);
        auto test = norm<float>({.channels = 3, .track_running_stats = tracks});
        const Buffers before(test.layer());
        const auto x = random_tensor<float>({1, 1, 1, 3}, 1);
        QCOMPARE(error_text([&] { test.forward(x, static_cast<Mode>(mode)); }),
                 "Expected more than 1 value per channel when training, got input size torch.Size([1, 3, 1, 1])");
        QVERIFY(Buffers(test.layer()) == before);
    }

    void takesOneValuePerChannelInEvalMode() {
        auto test = norm<float>({.channels = 3});
        test.forward(random_tensor<float>({1, 1, 1, 3}, 1), Mode::eval);
        auto frozen = norm<float>({.channels = 3, .frozen = true});
        frozen.forward(random_tensor<float>({1, 1, 1, 3}, 1), Mode::train);
        QCOMPARE(frozen.layer().num_batches_tracked(), 0);
    }

    void confinesNonFiniteValuesToTheirChannel_data() {
        QTest::addColumn<float>("bad");
        QTest::newRow("NaN") << not_a_number;
        QTest::newRow("infinity") << infinity;
        QTest::newRow("-infinity") << -infinity;
    }
    void confinesNonFiniteValuesToTheirChannel() {
        QFETCH(float, bad);
        auto x = random_tensor<float>({3, 2, 2, 3}, 1);
        auto clean = norm<float>({.channels = 3}), hit = norm<float>({.channels = 3});
        const Tensor<float>& clean_output = clean.forward(x);
        x.at(1, 0, 1, 1) = bad;
        const Tensor<float>& output = hit.forward(x);
        for (const int c : {0, 2}) {
            QCOMPARE(channel_of(output, c), channel_of(clean_output, c));
            QVERIFY(hit.layer().running_var()[c] == clean.layer().running_var()[c]);
        }
        for (const double y : channel_of(output, 1)) QVERIFY(std::isnan(y));
        hit.forward(random_tensor<float>({3, 2, 2, 3}, 2));
        QVERIFY(!std::isfinite(hit.layer().running_mean()[1]) && !std::isfinite(hit.layer().running_var()[1]));
        QVERIFY(std::isfinite(hit.layer().running_mean()[0]) && std::isfinite(hit.layer().running_var()[2]));
    }

    void turnsAConstantChannelIntoItsBias_data() {
        QTest::addColumn<float>("value");
        QTest::addColumn<double>("eps");
        for (const float value : {0.0F, 0.1F, -3.3F, 1e6F, 1e-30F, 16777215.0F}) {
            QTest::addRow("%g", value) << value << 1e-5;
            QTest::addRow("%g without eps", value) << value << 0.0;
        }
    }
    void turnsAConstantChannelIntoItsBias() {
        QFETCH(float, value);
        QFETCH(double, eps);
        auto test = norm<float>({.channels = 2, .eps = eps});
        auto x = random_tensor<float>({7, 3, 3, 2}, 1);
        for (std::int64_t pixel = 0; pixel < 63; ++pixel) x.data()[pixel * 2 + 1] = value;
        const Tensor<float>& output = test.forward(x);
        const float bias = test.layer().bias()[1];
        for (const double y : channel_of(output, 1)) QVERIFY(static_cast<float>(y) == bias);
        QVERIFY(test.layer().batch_var()[1] == 0);
        const auto& dx = test.backward(random_tensor<float>({7, 3, 3, 2}, 2));
        for (const double g : channel_of(dx, 1)) QVERIFY(std::isfinite(g));
    }

    void isClonedWithOptionsAndBuffers() {
        auto test = norm<float>({.channels = 2, .eps = 0.5, .momentum = std::nullopt});
        test.layer().set_eps(0.25);
        test.forward(random_tensor<float>({3, 2, 2, 2}, 1));
        const auto clone = test.layer().clone();
        const auto& copy = dynamic_cast<const BatchNorm2d<float>&>(*clone);
        QVERIFY(Buffers(copy) == Buffers(test.layer()));
        QCOMPARE(copy.options().eps, 0.25);
        QVERIFY(!copy.options().momentum);
    }

    void changesMomentumAndEpsAtTheNextBatch() {
        auto test = norm<float>({.channels = 1});
        const auto x = random_tensor<float>({4, 3, 3, 1}, 1, 5);
        test.layer().set_momentum(1.0);
        test.layer().set_eps(3.0);
        const auto& y = test.forward(x);
        const auto moments = moments_of(channel_of(x, 0));
        QVERIFY(is_close(test.layer().running_mean()[0], moments.mean));
        QVERIFY(is_close(test.layer().running_var()[0], moments.unbiased_var));
        QVERIFY(distance(channel_of(y, 0), normalized(channel_of(x, 0), moments.mean, moments.biased_var, 3,
                                                      test.layer().weight()[0], test.layer().bias()[0])) < 1e-6);
    }
};

QTEST_APPLESS_MAIN(tst_BatchNorm2d)
#include "tst_BatchNorm2d.moc"
