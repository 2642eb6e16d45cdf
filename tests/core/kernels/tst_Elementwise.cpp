#include "core/kernels/Elementwise.h"
#include "tests/core/kernels/KernelTest.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace normscope;
using namespace normscope::testing;

namespace {

/// Random values, every seventh 0 or -0 or NaN.
std::vector<float> with_special_values(std::int64_t count, std::uint64_t seed) {
    auto values = random_values(count, seed);
    const float special[] = {0.0F, -0.0F, std::numeric_limits<float>::quiet_NaN()};
    for (std::int64_t i = 3; i < count; i += 7) values[i] = special[i / 7 % 3];
    return values;
}

float rectified(float value) {
    return value <= 0 ? 0 : value;
}

}  // namespace

class tst_Elementwise : public QObject {
    Q_OBJECT

   private slots:
    void equalsThePlainLoop_data() {
        QTest::addColumn<QString>("isa");
        QTest::addColumn<int>("count");
        for (const int count : {0, 1, 3, 4, 15, 16, 17, 100}) {
            for_each_isa(QString::number(count),
                         [&](const QString& isa, const QByteArray& name) { QTest::newRow(name) << isa << count; });
        }
    }
    void equalsThePlainLoop() {
        QFETCH(QString, isa);
        QFETCH(int, count);
        const WithIsa use(isa);
        const auto a = with_special_values(count, 1), b = with_special_values(count + 1, 2);
        std::vector<float> relu(count), backward(count), sum(count), sum_relu(count);
        std::vector<float> found(count);
        for (int i = 0; i < count; ++i) {
            relu[i] = rectified(a[i]);
            backward[i] = relu[i] <= 0 ? 0 : b[i];
            sum[i] = a[i] + b[i];
            sum_relu[i] = rectified(a[i] + b[i]);
        }
        kernels::relu(a.data(), count, found.data());
        QVERIFY(same_bits(found, relu));
        kernels::relu_backward(relu.data(), b.data(), count, found.data());
        QVERIFY(same_bits(found, backward));
        kernels::add(a.data(), b.data(), count, found.data());
        QVERIFY(same_bits(found, sum));
        kernels::add_relu(a.data(), b.data(), count, found.data());
        QVERIFY(same_bits(found, sum_relu));
    }

    void addsPartialSumsInOrder_data() { equalsThePlainLoop_data(); }
    void addsPartialSumsInOrder() {
        QFETCH(QString, isa);
        QFETCH(int, count);
        const WithIsa use(isa);
        const std::int64_t step = count + 3;
        const auto partials = random_values(5 * step, 1);
        std::vector<float> expected(count), found(count);
        for (int i = 0; i < count; ++i) {
            expected[i] = partials[i];
            for (int k = 1; k < 5; ++k) expected[i] += partials[k * step + i];
        }
        kernels::sum_partials(partials.data(), 5, step, count, found.data());
        QVERIFY(same_bits(found, expected));
    }

    void addsPixels_data() { equalsThePlainLoop_data(); }
    void addsPixels() {
        QFETCH(QString, isa);
        QFETCH(int, count);
        const WithIsa use(isa);
        for (const std::int64_t pixels : {0, 1, 3, 4, 250}) {
            const auto values = random_values(pixels * count, 1, 0.5);
            std::vector<float> sums(count, 2.0F);
            std::vector<double> expected(count, 2.0);
            for (std::int64_t i = 0; i < pixels * count; ++i) expected[i % count] += values[i];
            kernels::add_pixels(values.data(), pixels, count, sums.data());
            if (count > 0) verify_close("sums", sums, expected, 1e-6);
        }
    }
};

QTEST_APPLESS_MAIN(tst_Elementwise)
#include "tst_Elementwise.moc"
