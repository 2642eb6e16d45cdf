#include "core/kernels/BatchNorm.h"
#include "tests/core/kernels/KernelTest.h"
#include "tests/core/kernels/NormReference.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace normscope;
using namespace normscope::kernels;
using namespace normscope::testing;

Q_DECLARE_METATYPE(normscope::Shape)

namespace {

constexpr double eps = 1e-5;

struct NormInput {
    std::vector<float> x, gamma, beta, dy;
};

NormInput random_input(const Shape& shape, bool pool, double mean = 0.3) {
    const std::int64_t outputs = pool ? shape.n * (shape.h / 2) * (shape.w / 2) * shape.c : shape.size();
    return {random_values(shape.size(), 1, mean, 1), random_values(shape.c, 2), random_values(shape.c, 3),
            random_values(outputs, 4)};
}

struct NormOutput {
    std::vector<double> mean, var, dgamma, dbeta;
    std::vector<float> y, dx;
};

NormOutput run(const Shape& shape, const NormOptions& options, const NormInput& in, int threads = 1) {
    const float poison = std::numeric_limits<float>::quiet_NaN();
    const auto c = static_cast<std::size_t>(shape.c);
    NormOutput out{std::vector(c, 0.0),
                   std::vector(c, 0.0),
                   std::vector(c, 0.0),
                   std::vector(c, 0.0),
                   std::vector(in.dy.size(), poison),
                   std::vector(in.x.size(), poison)};
    ThreadPool pool(threads);
    NormChannels norm(shape.c);
    const ImageTensor tensor{shape.n, shape.h * shape.w, shape.c};
    const PoolImage image{shape.h, shape.w, shape.c, options.relu};
    sum_moments(tensor, in.x.data(), norm, pool);
    const std::int64_t n = norm.merge_moments(out.mean, out.var);
    norm.set_statistics(out.mean, out.var, in.gamma, in.beta, eps, true);
    if (options.pool) {
        normalize_pool_batch(image, shape.n, norm, in.x.data(), out.y.data(), pool);
        sum_pool_gradients(image, shape.n, norm, in.x.data(), in.dy.data(), pool);
    } else {
        normalize_batch(tensor, options.relu, norm, in.x.data(), out.y.data(), pool);
        sum_gradients(tensor, options.relu, norm, in.x.data(), in.dy.data(), pool);
    }
    norm.merge_gradients(out.dgamma, out.dbeta);
    norm.set_gradient_means(out.dgamma, out.dbeta, options.fixed_statistics ? 0 : n);
    if (options.pool) {
        normalize_pool_batch_backward(image, shape.n, norm, in.x.data(), in.dy.data(), out.dx.data(), pool);
    } else {
        normalize_batch_backward(tensor, options.relu, norm, in.x.data(), in.dy.data(), out.dx.data(), pool);
    }
    return out;
}

double distance_of(const std::vector<double>& found, const std::vector<double>& expected) {
    return relative_distance<double, double>(found, expected);
}

const std::vector<Shape> shapes{{2, 4, 6, 16},  {3, 5, 7, 5},    {1, 2, 2, 1},   {1, 1, 3, 3},  {37, 3, 2, 33},
                                {2, 13, 9, 64}, {1, 40, 50, 17}, {4, 2, 31, 48}, {5, 1, 1, 20}, {0, 4, 4, 6}};

}  // namespace

class tst_BatchNorm : public QObject {
    Q_OBJECT

   private slots:
    void agreesWithTheDefinition_data() {
        QTest::addColumn<QString>("isa");
        QTest::addColumn<Shape>("shape");
        QTest::addColumn<bool>("relu");
        QTest::addColumn<bool>("pool");
        QTest::addColumn<bool>("fixed");
        for (const Shape& shape : shapes) {
            for (const int variant : {0, 1, 2, 3, 4, 5}) {
                const bool relu = variant % 2 != 0, pool = variant / 2 == 1, fixed = variant / 2 == 2;
                const QString name = QString::fromStdString(to_string(shape)) + (relu ? ", ReLU" : "") +
                                     (pool ? ", pool" : "") + (fixed ? ", fixed statistics" : "");
                for_each_isa(name, [&](const QString& isa, const QByteArray& row) {
                    QTest::newRow(row) << isa << shape << relu << pool << fixed;
                });
            }
        }
    }
    void agreesWithTheDefinition() {
        QFETCH(QString, isa);
        QFETCH(Shape, shape);
        QFETCH(bool, relu);
        QFETCH(bool, pool);
        QFETCH(bool, fixed);
        const WithIsa use(isa);
        const NormOptions options{relu, pool, fixed};
        const NormInput in = random_input(shape, pool);
        const NormOutput found = run(shape, options, in);
        const NormResult expected = norm_reference(shape, options, in.x, in.gamma, in.beta, eps, in.dy);
        if (shape.n > 0) {
            QVERIFY(distance_of(found.mean, expected.mean) < 1e-13);
            QVERIFY(distance_of(found.var, expected.var) < 1e-13);
        }
        verify_close("y", found.y, expected.y, 1e-6);
        QVERIFY(distance_of(found.dgamma, expected.dgamma) < 1e-6);
        QVERIFY(distance_of(found.dbeta, expected.dbeta) < 1e-6);
        verify_close("dx", found.dx, expected.dx, 1e-6);
    }

    void givesTheSameBitsWithAnyNumberOfThreads_data() { agreesWithTheDefinition_data(); }
    void givesTheSameBitsWithAnyNumberOfThreads() {
        QFETCH(QString, isa);
        QFETCH(Shape, shape);
        QFETCH(bool, relu);
        QFETCH(bool, pool);
        QFETCH(bool, fixed);
        const WithIsa use(isa);
        shape.n += 16;
        const NormInput in = random_input(shape, pool);
        const NormOutput one = run(shape, {relu, pool, fixed}, in, 1);
        for (const int threads : {2, 4}) {
            const NormOutput found = run(shape, {relu, pool, fixed}, in, threads);
            QCOMPARE(found.mean, one.mean);
            QCOMPARE(found.var, one.var);
            QCOMPARE(found.dgamma, one.dgamma);
            QCOMPARE(found.dbeta, one.dbeta);
            QVERIFY(same_bits(found.y, one.y));
            QVERIFY(same_bits(found.dx, one.dx));
        }
    }

    /// The table of accuracies: PyTorch's relative error of the variance in float32, n = 4096.
    void beatsPyTorchsVariance_data() {
        QTest::addColumn<QString>("isa");
        QTest::addColumn<double>("mean");
        QTest::addColumn<double>("torch");
        const std::vector<std::pair<double, double>> rows{{0, 1.9e-8}, {1e3, 4.8e-8}, {1e4, 3.5e-8}, {1e6, 5.6e-5}};
        for (const auto& [mean, torch] : rows) {
            for_each_isa("mean " + QString::number(mean), [&](const QString& isa, const QByteArray& row) {
                QTest::newRow(row) << isa << mean << torch;
            });
        }
    }
    void beatsPyTorchsVariance() {
        QFETCH(QString, isa);
        QFETCH(double, mean);
        QFETCH(double, torch);
        const WithIsa use(isa);
        const Shape shape{64, 8, 8, 3};
        const NormInput in = random_input(shape, false, mean);
        const NormOutput found = run(shape, {}, in);
        const NormResult expected = norm_reference(shape, {}, in.x, in.gamma, in.beta, eps, in.dy);
        for (int c = 0; c < 3; ++c) {
            const double error = std::abs(found.var[c] / expected.var[c] - 1);
            QVERIFY2(error <= torch && error < 1e-11, QByteArray::number(error).constData());
        }
        verify_close("y", found.y, expected.y, 3e-7);
        verify_close("dx", found.dx, expected.dx, 3e-7);
    }

    /// The first pixel is what sums are taken around.
    void survivesAnOutlierInTheFirstPixel_data() {
        QTest::addColumn<QString>("isa");
        for_each_isa("outlier", [&](const QString& isa, const QByteArray& row) { QTest::newRow(row) << isa; });
    }
    void survivesAnOutlierInTheFirstPixel() {
        QFETCH(QString, isa);
        const WithIsa use(isa);
        const Shape shape{16, 16, 16, 3};
        NormInput in = random_input(shape, false);
        in.x[1] = 1e7F;
        const NormOutput found = run(shape, {}, in);
        const NormResult expected = norm_reference(shape, {}, in.x, in.gamma, in.beta, eps, in.dy);
        for (int c = 0; c < 3; ++c) QVERIFY(std::abs(found.var[c] / expected.var[c] - 1) < 1e-11);
    }

    void turnsAConstantChannelIntoBeta_data() { survivesAnOutlierInTheFirstPixel_data(); }
    void turnsAConstantChannelIntoBeta() {
        QFETCH(QString, isa);
        const WithIsa use(isa);
        const Shape shape{5, 3, 3, 2};
        NormInput in = random_input(shape, false);
        for (std::size_t i = 0; i < in.x.size(); i += 2) in.x[i] = 0.1F;
        const NormOutput found = run(shape, {}, in);
        QCOMPARE(found.var[0], 0.0);
        for (std::size_t i = 0; i < in.x.size(); i += 2) QCOMPARE(found.y[i], in.beta[0]);
    }

    void poisonsOnlyTheChannelOfANaN_data() { agreesWithTheDefinition_data(); }
    void poisonsOnlyTheChannelOfANaN() {
        QFETCH(QString, isa);
        QFETCH(Shape, shape);
        QFETCH(bool, relu);
        QFETCH(bool, pool);
        QFETCH(bool, fixed);
        if (shape.n == 0 || shape.h < 2) return;
        const WithIsa use(isa);
        NormInput in = random_input(shape, pool);
        in.x[0] = std::numeric_limits<float>::quiet_NaN();
        const NormOutput found = run(shape, {relu, pool, fixed}, in);
        for (std::size_t i = 0; i < found.y.size(); ++i) QCOMPARE(std::isnan(found.y[i]), i % shape.c == 0);
        for (std::size_t i = 0; i < found.dx.size(); ++i) QCOMPARE(std::isnan(found.dx[i]), i % shape.c == 0);
        for (std::int64_t c = 0; c < shape.c; ++c) {
            QCOMPARE(std::isnan(found.var[c]), c == 0);
            QCOMPARE(std::isnan(found.dgamma[c]), c == 0);
        }
    }
};

QTEST_APPLESS_MAIN(tst_BatchNorm)
#include "tst_BatchNorm.moc"
