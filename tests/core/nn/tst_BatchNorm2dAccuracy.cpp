// The table "Numbers": float32 against float64 at n = 4096 with ever larger means.
#include "tests/core/nn/NormUnderTest.h"

#include <QTest>

using namespace normscope;
using namespace normscope::nn;
using namespace normscope::testing;

namespace {

constexpr Shape shape{64, 8, 8, 3};  // n = 4096 per channel

std::vector<double> converted(std::span<const float> values) {
    return {values.begin(), values.end()};
}

}  // namespace

class tst_BatchNorm2dAccuracy : public QObject {
    Q_OBJECT

   private slots:
    void beatsPyTorchsVariance_data() { addMeans(); }
    void beatsPyTorchsVariance() {
        QFETCH(double, mean);
        QFETCH(double, torch);
        const auto x = random_tensor<float>(shape, 11, mean, 1);
        auto test = norm<float>({.channels = 3, .momentum = 1.0});
        test.forward(x);
        for (int c = 0; c < 3; ++c) {
            const auto expected = moments_of(channel_of(x, c));
            const double error = std::abs(test.layer().batch_var()[c] / expected.biased_var - 1);
            QVERIFY2(error <= torch && error < 1e-12, QByteArray::number(error).constData());
            // What a float can hold.
            QVERIFY(std::abs(test.layer().running_var()[c] / expected.unbiased_var - 1) < 6.1e-8);
            QVERIFY(std::abs(test.layer().running_mean()[c] - expected.mean) <= 6.1e-8 * std::max(1.0, mean));
        }
    }

    void normalizesToTheLastDigits_data() { addMeans(); }
    void normalizesToTheLastDigits() {
        QFETCH(double, mean);
        const auto x = random_tensor<float>(shape, 11, mean, 1);
        auto test = norm<float>({.channels = 3});
        const auto& y = test.forward(x);
        for (int c = 0; c < 3; ++c) {
            const auto values = channel_of(x, c);
            const auto moments = moments_of(values);
            const auto expected = normalized(values, moments.mean, moments.biased_var, 1e-5, test.layer().weight()[c],
                                             test.layer().bias()[c]);
            const auto found = channel_of(y, c);
            const double error = relative_distance<double, double>(found, expected);
            QVERIFY2(error < 2e-7, QByteArray::number(error).constData());
        }
    }

    /// dγ and dx in float against the same layer in double.
    void backpropagatesToTheLastDigits_data() { addMeans(); }
    void backpropagatesToTheLastDigits() {
        QFETCH(double, mean);
        const auto x = random_tensor<float>(shape, 11, mean, 1), g = random_tensor<float>(shape, 12);
        Tensor<double> x_double(shape), g_double(shape);
        std::ranges::copy(x.values(), x_double.data());
        std::ranges::copy(g.values(), g_double.data());
        auto single = norm<float>({.channels = 3});
        auto exact = norm<double>({.channels = 3});
        for (int i = 0; i < 2; ++i) {
            std::ranges::copy(single.layer().parameters()[i]->value, exact.layer().parameters()[i]->value.begin());
        }
        single.forward(x);
        exact.forward(x_double);
        const auto dx = converted(single.backward(g).values());
        const double error = relative_distance<double, double>(dx, exact.backward(g_double).values());
        QVERIFY2(error < 3e-7, QByteArray::number(error).constData());
        for (int i = 0; i < 2; ++i) {
            const double of_parameter = relative_distance<float, double>(single.layer().parameters()[i]->gradient,
                                                                         exact.layer().parameters()[i]->gradient);
            QVERIFY2(of_parameter < 3e-7, QByteArray::number(of_parameter).constData());
        }
    }

   private:
    /// PyTorch's relative errors of the variance, NCHW in float32.
    static void addMeans() {
        QTest::addColumn<double>("mean");
        QTest::addColumn<double>("torch");
        QTest::newRow("mean 0") << 0.0 << 1.9e-8;
        QTest::newRow("mean 1e3") << 1e3 << 4.8e-8;
        QTest::newRow("mean 1e4") << 1e4 << 3.5e-8;
        QTest::newRow("mean 1e6") << 1e6 << 5.6e-5;
    }
};

QTEST_APPLESS_MAIN(tst_BatchNorm2dAccuracy)
#include "tst_BatchNorm2dAccuracy.moc"
