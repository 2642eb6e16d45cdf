#include "core/nn/NormNoise.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/nn/HandComputed.h"
#include "tests/core/nn/NormUnderTest.h"

#include <QTest>

#include <limits>

using namespace normscope;
using namespace normscope::nn;
using namespace normscope::testing;

namespace {

constexpr Shape shape{16, 10, 10, 40};

Tensor<double> constant(double value) {
    Tensor<double> x(shape);
    x.fill(value);
    return x;
}

std::vector<double> drawn(PassRandom random, const std::string& name = "noise1") {
    NormNoise<float> layer(1);
    layer.set_name(name);
    ThreadPool pool(2);
    const auto x = random_tensor<float>({4, 3, 3, 5}, 1);
    return values_of(layer.forward(x, {pool, Mode::train, true, random}));
}

}  // namespace

class tst_NormNoise : public QObject {
    Q_OBJECT

   private slots:
    void keepsTheShape() {
        const NormNoise<float> layer(0.5);
        QVERIFY((layer.output_shape({3, 5, 7, 2}) == Shape{3, 5, 7, 2}));
        QCOMPARE(layer.detail(), "strength 0.5");
        QVERIFY(NormNoise<float>().parameters().empty());
    }

    void refusesOtherStrengths() {
        for (const double strength : {-1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
            QCOMPARE(error_text([&] { const NormNoise<float> layer(strength); }),
                     "NormNoise: the strength must be a number from 0 on.");
        }
    }

    /// y(0) = m is uniform in μ ± r_μ, y(1) − y(0) = s is normal around σ, channel by channel.
    void hasThePapersDistributions_data() {
        QTest::addColumn<double>("strength");
        for (const double strength : {0.0, 0.5, 1.0, 2.0}) QTest::addRow("%g", strength) << strength;
    }
    void hasThePapersDistributions() {
        QFETCH(double, strength);
        auto test = layer_under_test<double, NormNoise<double>>(strength);
        const auto shifts = Tensor<double>(test.forward(constant(0)));
        auto scales = Tensor<double>(test.forward(constant(1)));
        for (std::int64_t i = 0; i < shape.size(); ++i) scales.data()[i] -= shifts.data()[i];
        double smallest_mean = 1e9, largest_mean = -1e9;
        for (int c = 0; c < shape.c; ++c) {
            const auto shift = moments_of(channel_of(shifts, c)), scale = moments_of(channel_of(scales, c));
            smallest_mean = std::min(smallest_mean, shift.mean);
            largest_mean = std::max(largest_mean, shift.mean);
            QVERIFY(std::abs(shift.mean) <= strength * 0.51);
            QVERIFY(scale.mean >= 1 - 0.02 * strength && scale.mean <= 1 + 0.27 * strength);
            // 1600 values: the deviations are 0.2/√12 and 0.1 within a few percent.
            QVERIFY(std::abs(std::sqrt(shift.biased_var) - strength * 0.2 / std::sqrt(12.0)) <= 0.004 * strength);
            QVERIFY(std::abs(std::sqrt(scale.biased_var) - strength * 0.1) <= 0.01 * strength + 1e-12);
            for (const double m : channel_of(shifts, c)) {
                QVERIFY(std::abs(m - shift.mean) <= strength * 0.11 + 1e-12);
            }
        }
        // 40 channels spread over most of ±n_μ.
        QVERIFY(largest_mean - smallest_mean >= 0.8 * strength);
    }

    void backpropagatesTheScale() {
        auto test = layer_under_test<double, NormNoise<double>>(1.0);
        const auto shifts = Tensor<double>(test.forward(constant(0)));
        const auto scaled = Tensor<double>(test.forward(constant(1)));
        Tensor<double> gradient(shape);
        gradient.fill(1);
        const auto& dx = test.backward(gradient);
        for (std::int64_t i = 0; i < shape.size(); ++i) {
            QVERIFY(is_close(dx.data()[i], scaled.data()[i] - shifts.data()[i], 1e-14));
        }
    }

    void isIdentityInEvalMode() {
        auto test = layer_under_test<float, NormNoise<float>>(1.0);
        const auto x = random_tensor<float>({3, 4, 4, 2}, 1);
        QCOMPARE(values_of(test.forward(x, Mode::eval)), values_of(x));
        QCOMPARE(values_of(test.layer().backward(x, test.pass(Mode::eval), true)), values_of(x));
    }

    void drawsByNameSeedAndDraw() {
        const auto first = drawn({1, 7});
        QCOMPARE(drawn({1, 7}), first);
        QVERIFY(drawn({1, 8}) != first);
        QVERIFY(drawn({2, 7}) != first);
        QVERIFY(drawn({1, 7}, "noise2") != first);
    }
};

QTEST_APPLESS_MAIN(tst_NormNoise)
#include "tst_NormNoise.moc"
