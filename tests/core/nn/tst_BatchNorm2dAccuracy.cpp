// The table "Numbers": float32 against float64 at n = 4096 with ever larger means.
#include "tests/core/nn/NormUnderTest.h"
#include "tests/core/nn/TorchFixture.h"

#include <QTest>

using namespace normscope;
using namespace normscope::nn;
using namespace normscope::testing;

namespace {

constexpr double half_digit = 0x1p-24;  // largest relative error of a rounded float
constexpr Shape shape{64, 8, 8, 3};     // n = 4096 per channel

std::vector<double> converted(std::span<const float> values) {
    return {values.begin(), values.end()};
}

/// Σ(x − μ)²/n in float32 in the ways that are common, for the table.
float by_squares(const std::vector<double>& values) {
    float sum = 0, squares = 0;
    for (const double value : values) {
        const auto x = static_cast<float>(value);
        sum += x;
        squares += x * x;
    }
    const float n = static_cast<float>(values.size()), mean = sum / n;
    return squares / n - mean * mean;
}
float by_two_passes(const std::vector<double>& values) {
    float sum = 0, squares = 0;
    for (const double value : values) sum += static_cast<float>(value);
    const float n = static_cast<float>(values.size()), mean = sum / n;
    for (const double value : values) {
        const float distance = static_cast<float>(value) - mean;
        squares += distance * distance;
    }
    return squares / n;
}
float by_welford(const std::vector<double>& values) {
    float mean = 0, squares = 0, n = 0;
    for (const double value : values) {
        const float distance = static_cast<float>(value) - mean;
        n += 1;
        mean += distance / n;
        squares += distance * (static_cast<float>(value) - mean);
    }
    return squares / n;
}

/// Largest relative error over the channels of what `variance_of(channel)` gives.
template <class VarianceOf>
double largest_error(const Tensor<float>& x, VarianceOf variance_of, bool unbiased = false) {
    double largest = 0;
    for (int c = 0; c < x.shape().c; ++c) {
        const auto exact = moments_of(channel_of(x, c));
        const double variance = unbiased ? exact.unbiased_var : exact.biased_var;
        largest = std::max(largest, std::abs(static_cast<double>(variance_of(c)) / variance - 1));
    }
    return largest;
}

}  // namespace

class tst_BatchNorm2dAccuracy : public QObject {
    Q_OBJECT

   private slots:
    /// On the same numbers, by the float32 buffers, the unrounded statistics and the output.
    void beatsPyTorchOnTheSameNumbers_data() {
        QTest::addColumn<QString>("mean");
        for (const char* mean : {"0", "1000", "10000", "1e+06"}) QTest::newRow(mean) << mean;
    }
    void beatsPyTorchOnTheSameNumbers() {
        QFETCH(QString, mean);
        const std::string prefix = mean.toStdString() + "/";
        const auto x = m_fixture.at(prefix + "x").tensor<float>();
        auto test = norm<float>({.channels = 2, .momentum = 1.0});
        test.layer().reset(1);
        const auto& y = test.forward(x);
        const auto& layer = std::as_const(test.layer());
        const double buffer = largest_error(
            x, [&](int c) { return layer.running_var()[c]; }, true);
        const double statistics = largest_error(x, [&](int c) { return layer.batch_var()[c]; });
        std::vector<double> exact_y, found_y;
        for (int c = 0; c < 2; ++c) {
            const auto values = channel_of(x, c), found = channel_of(y, c);
            const auto exact = moments_of(values);
            std::ranges::copy(normalized(values, exact.mean, exact.biased_var, 1e-5, 1, 0),
                              std::back_inserter(exact_y));
            found_y.insert(found_y.end(), found.begin(), found.end());
        }
        const double of_y = relative_distance<double, double>(found_y, exact_y);
        QVERIFY2(statistics < 1e-13 && buffer <= half_digit, QByteArray::number(buffer).constData());
        QByteArray row = "| mean " + mean.toUtf8() + ", std 1";
        const auto add = [&row](double error) { row += " | " + QByteArray::number(error, 'g', 2); };
        add(largest_error(x, [&](int c) { return by_squares(channel_of(x, c)); }));
        add(largest_error(x, [&](int c) { return by_two_passes(channel_of(x, c)); }));
        add(largest_error(x, [&](int c) { return by_welford(channel_of(x, c)); }));
        QByteArray outputs;
        for (const char* layout : {"nchw", "channels_last"}) {
            const auto& torch = m_fixture.at(prefix + layout + "/running_var").values;
            const double torch_error = largest_error(
                x, [&](int c) { return torch[c]; }, true);
            const double torch_y = m_fixture.at(prefix + layout + "/y_error").values[0];
            QVERIFY2(buffer <= torch_error && statistics < torch_error, layout);
            // Around 0 both are rounded floats.
            QVERIFY2(of_y <= std::max(torch_y, half_digit), layout);
            const auto& torch_mean = m_fixture.at(prefix + layout + "/running_mean").values;
            for (int c = 0; c < 2; ++c) {
                const double exact = moments_of(channel_of(x, c)).mean;
                QVERIFY2(std::abs(layer.running_mean()[c] - exact) <= std::abs(torch_mean[c] - exact), layout);
            }
            add(torch_error);
            outputs += " " + QByteArray::number(torch_y, 'g', 2) + " |";
        }
        add(buffer);
        add(statistics);
        qInfo(
            "variance: squares | two passes | Welford | PyTorch NCHW | PyTorch channels-last | ours, float32 buffer "
            "| ours, unrounded || y: PyTorch NCHW | channels-last | ours");
        qInfo("%s ||%s %.2g |", row.constData(), outputs.constData(), of_y);
    }

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
    const TorchFixture m_fixture{"torch_accuracy.safetensors"};

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
