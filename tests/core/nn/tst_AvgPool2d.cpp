// AvgPool2d and AdaptiveAvgPool2d.
#include "core/nn/AdaptiveAvgPool2d.h"
#include "core/nn/AvgPool2d.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/nn/HandComputed.h"
#include "tests/core/nn/LayerUnderTest.h"

#include <QTest>

using namespace normscope;
using namespace normscope::nn;
using namespace normscope::testing;

class tst_AvgPool2d : public QObject {
    Q_OBJECT

   private slots:
    void hasPyTorchsShapes() {
        QVERIFY((AvgPool2d<float>({.kernel = 2}).output_shape({3, 7, 4, 5}) == Shape{3, 3, 2, 5}));
        QVERIFY((AvgPool2d<float>({.kernel = 3, .stride = 2, .padding = 1}).output_shape({3, 7, 4, 5}) ==
                 Shape{3, 4, 2, 5}));
        QVERIFY((AdaptiveAvgPool2d<float>(3, 2).output_shape({3, 7, 4, 5}) == Shape{3, 3, 2, 5}));
    }

    void poolsByHand() {
        auto test = layer_under_test<double, AvgPool2d<double>>(PoolOptions{.kernel = 2, .stride = 1});
        const auto x = tensor_of<double>({1, 2, 3, 1}, {1, 2, 3, 5, 6, 10});
        QCOMPARE(values_of(test.forward(x)), (std::vector<double>{3.5, 5.25}));
        QCOMPARE(values_of(test.backward(tensor_of<double>({1, 1, 2, 1}, {4, 8}))),
                 (std::vector<double>{1, 3, 2, 1, 3, 2}));
    }

    void countsThePadding() {
        auto test = layer_under_test<double, AvgPool2d<double>>(PoolOptions{.kernel = 2, .stride = 2, .padding = 1});
        const auto x = tensor_of<double>({1, 2, 2, 1}, {4, 8, 12, 16});
        QCOMPARE(values_of(test.forward(x)), (std::vector<double>{1, 2, 3, 4}));
    }

    /// Five rows to three: rows 0–1, 1–3 and 3–4.
    void takesAdaptiveWindowsByFloorAndCeil() {
        auto test = layer_under_test<double, AdaptiveAvgPool2d<double>>(std::int64_t{3}, std::int64_t{1});
        const auto x = tensor_of<double>({1, 5, 1, 1}, {1, 3, 5, 10, 20});
        QCOMPARE(values_of(test.forward(x)), (std::vector<double>{2, 6, 15}));
        QCOMPARE(values_of(test.backward(tensor_of<double>({1, 3, 1, 1}, {2, 3, 4}))),
                 (std::vector<double>{1, 2, 1, 3, 2}));
    }

    void repeatsPixelsOfSmallMaps() {
        auto test = layer_under_test<double, AdaptiveAvgPool2d<double>>(std::int64_t{1}, std::int64_t{4});
        const auto x = tensor_of<double>({1, 1, 2, 1}, {3, 7});
        QCOMPARE(values_of(test.forward(x)), (std::vector<double>{3, 3, 7, 7}));
        QCOMPARE(values_of(test.backward(tensor_of<double>({1, 1, 4, 1}, {1, 2, 3, 4}))), (std::vector<double>{3, 7}));
    }

    void isTheGlobalMeanForOnePixel() {
        auto test = layer_under_test<float, AdaptiveAvgPool2d<float>>(std::int64_t{1}, std::int64_t{1});
        for (const Shape shape : {Shape{2, 28, 28, 3}, Shape{2, 32, 17, 3}, Shape{2, 1, 1, 3}}) {
            const auto x = random_tensor<float>(shape, 1, 1000, 1);
            const auto y = Tensor<float>(test.forward(x));
            for (int n = 0; n < 2; ++n) {
                double sum = 0;
                for (std::int64_t i = 0; i < shape.h * shape.w; ++i) sum += x.image(n)[i * 3 + 1];
                const double mean = sum / static_cast<double>(shape.h * shape.w);
                QVERIFY(static_cast<float>(mean) == y.at(n, 0, 0, 1));
            }
        }
    }

    void refusesWhatPyTorchRefuses() {
        QCOMPARE(error_text<ShapeError>([] {
                     AvgPool2d<float>({.kernel = 3}).output_shape({3, 2, 4, 5});
                 }),
                 "AvgPool2d: a window of size 3 does not fit into input size [3, 5, 2, 4]");
        QCOMPARE(error_text([] { AvgPool2d<float>({.kernel = 3, .padding = 2}); }),
                 "AvgPool2d: pad should be at most half of kernel size, but got pad=2 and kernel_size=3.");
        QCOMPARE(error_text([] { AvgPool2d<float>({.kernel = 0}); }),
                 "AvgPool2d: kernel size and stride must be at least 1, the padding at least 0.");
        QCOMPARE(error_text([] { AdaptiveAvgPool2d<float>(0, 1); }),
                 "AdaptiveAvgPool2d: the output size must be at least 1.");
        QCOMPARE(error_text<ShapeError>([] {
                     AdaptiveAvgPool2d<float>(1, 1).output_shape({3, 0, 4, 5});
                 }),
                 "AdaptiveAvgPool2d expects maps of at least one pixel, got input size [3, 5, 0, 4]");
    }

    void areTheSameInTrainAndEvalMode() {
        auto test = layer_under_test<float, AvgPool2d<float>>(PoolOptions{.kernel = 2});
        const auto x = random_tensor<float>({3, 4, 4, 2}, 1);
        QCOMPARE(values_of(test.forward(x, Mode::eval)), values_of(test.forward(x, Mode::train)));
    }
};

QTEST_APPLESS_MAIN(tst_AvgPool2d)
#include "tst_AvgPool2d.moc"
