#include "core/kernels/BatchConv.h"
#include "tests/core/kernels/ConvReference.h"
#include "tests/core/kernels/KernelTest.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <stdexcept>

using namespace normscope;
using namespace normscope::kernels;
using namespace normscope::testing;

Q_DECLARE_METATYPE(normscope::kernels::ConvShape)

namespace {

struct ConvInput {
    std::vector<float> x, weight, bias, dy;
};

ConvInput random_input(const ConvShape& shape) {
    return {random_values(shape.n * shape.in_image(), 1), random_values(shape.weight_count(), 2),
            random_values(shape.out_channels, 3), random_values(shape.n * shape.out_image(), 4)};
}

struct ConvOutput {
    std::vector<float> y, dx, dweight, dbias;
};

/// All passes; memory is poisoned beforehand, so that nothing may depend on what it holds.
ConvOutput run(const ConvShape& shape, ConvMethod method, const ConvInput& in, int threads = 1) {
    const float poison = std::numeric_limits<float>::quiet_NaN();
    const BatchConv conv(shape, method);
    ThreadPool pool(threads);
    AlignedVector<float> scratch(conv.scratch_size(threads), poison);
    ConvOutput out{std::vector(in.dy.size(), poison), std::vector(in.x.size(), poison),
                   std::vector(in.weight.size(), poison), std::vector(in.bias.size(), poison)};
    conv.forward(in.x.data(), in.weight.data(), in.bias.data(), out.y.data(), scratch, pool);
    conv.backward(in.x.data(), in.weight.data(), in.dy.data(), {out.dx.data(), out.dweight.data(), out.dbias.data()},
                  scratch, pool);
    return out;
}

/// The method that a tolerance belongs to.
double tolerance_of(ConvMethod method) {
    return method == ConvMethod::direct ? 1e-5 : 1e-4;
}

struct Case {
    const char* name;
    ConvShape shape;  ///< n, h, w, in, out, kernel, stride, padding
};

const std::vector<Case> cases{
    {"3x3", {2, 6, 6, 16, 16}},
    {"3x3, whole vectors", {3, 8, 8, 32, 64}},
    {"3x3, 28 columns", {1, 4, 28, 16, 32}},
    {"3x3, 33 columns, odd channels", {2, 5, 33, 5, 7}},
    {"3x3, tails of both", {2, 7, 9, 17, 35}},
    {"3x3, one channel in", {17, 9, 7, 1, 16}},
    {"3x3, three channels in", {5, 8, 10, 3, 16}},
    {"3x3, one channel out", {4, 5, 6, 20, 1}},
    {"3x3, one pixel", {3, 1, 1, 4, 6}},
    {"3x3, one row", {2, 1, 19, 3, 8}},
    {"3x3, one column", {2, 13, 1, 3, 8}},
    {"3x3, no padding", {2, 5, 6, 4, 18, 3, 1, 0}},
    {"3x3, padding 2", {2, 5, 6, 4, 18, 3, 1, 2}},
    {"3x3, padding 5", {1, 3, 2, 4, 3, 3, 1, 5}},
    {"3x3, 8 columns of 64 channels", {6, 8, 8, 64, 64}},
    {"3x3, more images than groups", {37, 4, 5, 8, 8}},
    {"3x3, empty batch", {0, 6, 6, 3, 5}},
    {"3x3, stride 2", {2, 8, 8, 16, 32, 3, 2, 1}},
    {"3x3, stride 2, odd size", {3, 9, 7, 5, 6, 3, 2, 1}},
    {"3x3, stride 2, one pixel", {2, 1, 1, 5, 6, 3, 2, 1}},
    {"3x3, stride 3", {2, 9, 11, 5, 6, 3, 3, 1}},
    {"3x3, stride 4 leaves rows out", {2, 9, 11, 5, 6, 3, 4, 0}},
    {"1x1", {2, 6, 7, 16, 24, 1, 1, 0}},
    {"1x1, padding", {2, 4, 3, 5, 3, 1, 1, 2}},
    {"1x1, stride 2", {3, 8, 7, 16, 33, 1, 2, 0}},
    {"1x1, stride 2, padding", {3, 4, 7, 6, 5, 1, 2, 1}},
    {"5x5, padding 2", {2, 9, 8, 3, 10, 5, 1, 2}},
    {"7x7, stride 2", {1, 15, 13, 3, 18, 7, 2, 3}},
    {"2x2, padding 4, stride 3", {2, 3, 2, 2, 3, 2, 3, 4}},
    {"4x4, stride 2", {2, 10, 8, 4, 20, 4, 2, 1}},
};

}  // namespace

class tst_BatchConv : public QObject {
    Q_OBJECT

   private slots:
    void agreesWithTheDefinition_data() {
        QTest::addColumn<QString>("isa");
        QTest::addColumn<ConvShape>("shape");
        QTest::addColumn<bool>("winograd");
        for (const Case& row : cases) {
            for_each_isa(row.name, [&](const QString& isa, const QByteArray& name) {
                QTest::newRow(name + ", direct") << isa << row.shape << false;
                if (winograd_applies(row.shape)) QTest::newRow(name + ", Winograd") << isa << row.shape << true;
            });
        }
    }
    void agreesWithTheDefinition() {
        QFETCH(QString, isa);
        QFETCH(ConvShape, shape);
        QFETCH(bool, winograd);
        const WithIsa use(isa);
        const auto method = winograd ? ConvMethod::winograd : ConvMethod::direct;
        const ConvInput in = random_input(shape);
        const ConvOutput found = run(shape, method, in);
        const ConvResult expected = conv_reference(shape, in.x, in.weight, in.bias, in.dy);
        verify_close("y", found.y, expected.y, tolerance_of(method));
        verify_close("dx", found.dx, expected.dx, tolerance_of(method));
        verify_close("dweight", found.dweight, expected.dweight, tolerance_of(method));
        verify_close("dbias", found.dbias, expected.dbias, 1e-5);
    }

    void givesTheSameBitsWithAnyNumberOfThreads_data() { agreesWithTheDefinition_data(); }
    void givesTheSameBitsWithAnyNumberOfThreads() {
        QFETCH(QString, isa);
        QFETCH(ConvShape, shape);
        QFETCH(bool, winograd);
        const WithIsa use(isa);
        const auto method = winograd ? ConvMethod::winograd : ConvMethod::direct;
        shape.n += 16;
        const ConvInput in = random_input(shape);
        const ConvOutput one = run(shape, method, in, 1);
        for (const int threads : {2, 4}) {
            const ConvOutput found = run(shape, method, in, threads);
            QVERIFY(same_bits(found.y, one.y));
            QVERIFY(same_bits(found.dx, one.dx));
            QVERIFY(same_bits(found.dweight, one.dweight));
            QVERIFY(same_bits(found.dbias, one.dbias));
        }
    }

    void showsNaN_data() { agreesWithTheDefinition_data(); }
    void showsNaN() {
        QFETCH(QString, isa);
        QFETCH(ConvShape, shape);
        QFETCH(bool, winograd);
        const WithIsa use(isa);
        ConvInput in = random_input(shape);
        if (!in.x.empty()) in.x[0] = std::numeric_limits<float>::quiet_NaN();
        const ConvOutput found = run(shape, winograd ? ConvMethod::winograd : ConvMethod::direct, in);
        const ConvResult expected = conv_reference(shape, in.x, in.weight, in.bias, in.dy);
        // Wherever the definition has a NaN; Winograd's tiles spread it over their neighbours.
        for (std::size_t i = 0; i < found.y.size(); ++i) QVERIFY(std::isnan(found.y[i]) || !std::isnan(expected.y[i]));
        for (std::size_t i = 0; i < found.dweight.size(); ++i) {
            QVERIFY(std::isnan(found.dweight[i]) || !std::isnan(expected.dweight[i]));
        }
        if (!winograd) {
            for (std::size_t i = 0; i < found.y.size(); ++i)
                QCOMPARE(std::isnan(found.y[i]), std::isnan(expected.y[i]));
        }
        for (const float g : found.dx) QVERIFY(std::isfinite(g));
    }

    void leavesOutWhatIsNotWanted() {
        const ConvShape shape{3, 5, 6, 4, 7};
        const ConvInput in = random_input(shape);
        const ConvOutput all = run(shape, ConvMethod::direct, in);
        const BatchConv conv(shape, ConvMethod::direct);
        ThreadPool pool(2);
        AlignedVector<float> scratch(conv.scratch_size(2));
        std::vector<float> dx(in.x.size()), dweight(in.weight.size()), y(in.dy.size());
        conv.backward(in.x.data(), in.weight.data(), in.dy.data(), {.dx = dx.data()}, scratch, pool);
        conv.backward(in.x.data(), in.weight.data(), in.dy.data(), {.dweight = dweight.data()}, scratch, pool);
        QVERIFY(same_bits(dx, all.dx));
        QVERIFY(same_bits(dweight, all.dweight));
        conv.forward(in.x.data(), in.weight.data(), nullptr, y.data(), scratch, pool);
        for (std::size_t i = 0; i < y.size(); ++i) {
            QVERIFY(std::abs(y[i] + in.bias[i % in.bias.size()] - all.y[i]) < 1e-4F);
        }
    }

    void refusesTooLittleScratch() {
        const ConvShape shape{3, 5, 6, 4, 7};
        ConvInput in = random_input(shape);
        const BatchConv conv(shape, ConvMethod::direct);
        ThreadPool pool(1);
        std::vector<float> scratch(100);
        QVERIFY_THROWS_EXCEPTION(std::length_error,
                                 conv.forward(in.x.data(), in.weight.data(), nullptr, in.dy.data(), scratch, pool));
    }
};

QTEST_APPLESS_MAIN(tst_BatchConv)
#include "tst_BatchConv.moc"
