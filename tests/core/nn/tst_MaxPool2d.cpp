#include "core/nn/MaxPool2d.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/nn/GradientCheck.h"
#include "tests/core/nn/LayerUnderTest.h"

#include <QTest>

#include <array>
#include <limits>

using namespace normscope;
using namespace normscope::nn;
using namespace normscope::testing;

namespace {

/// A 2×2 image of one channel.
Tensor<float> small_image(const std::array<float, 4>& values) {
    Tensor<float> image({1, 2, 2, 1});
    std::ranges::copy(values, image.data());
    return image;
}

}  // namespace

class tst_MaxPool2d : public QObject {
    Q_OBJECT

   private slots:
    void leavesOutWhatDoesNotFillAWindow() {
        QVERIFY((MaxPool2d<float>(2).output_shape({3, 7, 4, 5}) == Shape{3, 3, 2, 5}));
        QVERIFY((MaxPool2d<float>(3).output_shape({3, 7, 5, 5}) == Shape{3, 2, 1, 5}));
    }

    void refusesImagesSmallerThanAWindow() {
        QCOMPARE(error_text<ShapeError>([] {
                     MaxPool2d<float>(2).output_shape({3, 1, 4, 5});
                 }),
                 "MaxPool2d: a window of size 2 does not fit into input size [3, 5, 1, 4]");
    }

    void givesTheFirstOfEqualValuesTheGradient() {
        auto test = layer_under_test<float, MaxPool2d<float>>(std::int64_t{2});
        const auto x = small_image({1, 3, 3, 3});
        QCOMPARE(test.forward(x).at(0, 0, 0, 0), 3.0F);
        Tensor<float> gradient({1, 1, 1, 1});
        gradient.fill(5);
        QCOMPARE(channel_of(test.backward(gradient), 0), (std::vector<double>{0, 5, 0, 0}));
    }

    void letsNaNWin_data() {
        QTest::addColumn<int>("position");
        for (int i = 0; i < 4; ++i) QTest::addRow("at %d", i) << i;
    }
    void letsNaNWin() {
        QFETCH(int, position);
        auto test = layer_under_test<float, MaxPool2d<float>>(std::int64_t{2});
        std::array values{1.0F, 9.0F, 2.0F, 3.0F};
        values[position] = std::numeric_limits<float>::quiet_NaN();
        const auto x = small_image(values);
        QVERIFY(std::isnan(test.forward(x).at(0, 0, 0, 0)));
    }

    void takesStrideAndPadding() {
        const MaxPool2d<float> layer(PoolOptions{.kernel = 3, .stride = 2, .padding = 1});
        QVERIFY((layer.output_shape({3, 7, 4, 5}) == Shape{3, 4, 2, 5}));
        QVERIFY(
            (MaxPool2d<float>(PoolOptions{.kernel = 2, .stride = 3}).output_shape({1, 9, 7, 1}) == Shape{1, 3, 2, 1}));
        QCOMPARE(layer.detail(), "3×3, stride 2");
        QCOMPARE(MaxPool2d<float>(2).options().stride, 2);
    }

    /// The padding is −∞, so that negative values still win.
    void padsWithNothing() {
        auto test = layer_under_test<float, MaxPool2d<float>>(PoolOptions{.kernel = 2, .stride = 1, .padding = 1});
        const auto x = small_image({-4, -3, -2, -5});
        QCOMPARE(channel_of(test.forward(x), 0), (std::vector<double>{-4, -3, -3, -2, -2, -3, -2, -2, -5}));
        Tensor<float> gradient({1, 3, 3, 1});
        gradient.fill(1);
        QCOMPARE(channel_of(test.backward(gradient), 0), (std::vector<double>{1, 3, 4, 1}));
    }

    void keepsInfinities() {
        auto test = layer_under_test<float, MaxPool2d<float>>(std::int64_t{2});
        constexpr float infinity = std::numeric_limits<float>::infinity();
        const auto x = small_image({-infinity, -infinity, -infinity, -infinity});
        QCOMPARE(test.forward(x).at(0, 0, 0, 0), -infinity);
        Tensor<float> gradient({1, 1, 1, 1});
        gradient.fill(5);
        QCOMPARE(channel_of(test.backward(gradient), 0), (std::vector<double>{5, 0, 0, 0}));
    }

    void refusesTooMuchPadding() {
        QCOMPARE(error_text([] { MaxPool2d<float>(PoolOptions{.kernel = 2, .padding = 2}); }),
                 "MaxPool2d: pad should be at most half of kernel size, but got pad=2 and kernel_size=2.");
    }

    void poolsNegativeValues() {
        auto test = layer_under_test<float, MaxPool2d<float>>(std::int64_t{2});
        const auto x = small_image({-4, -3, -2, -5});
        QCOMPARE(test.forward(x).at(0, 0, 0, 0), -2.0F);
    }

    void matchesCentralDifferences_data() {
        QTest::addColumn<QList<int>>("shape");
        QTest::addColumn<int>("kernel");
        QTest::newRow("even") << QList{2, 4, 6, 3} << 2;
        QTest::newRow("odd height and width") << QList{3, 5, 7, 2} << 2;
        QTest::newRow("one image") << QList{1, 3, 2, 1} << 2;
        QTest::newRow("3x3 windows") << QList{5, 7, 8, 2} << 3;
        QTest::newRow("1x1 windows") << QList{1, 2, 3, 2} << 1;
        QTest::newRow("17 images") << QList{17, 3, 3, 1} << 2;
    }
    void matchesCentralDifferences() {
        QFETCH(QList<int>, shape);
        QFETCH(int, kernel);
        auto test = layer_under_test<double, MaxPool2d<double>>(std::int64_t{kernel});
        verify_gradients(test.layer(), tensor_without_ties({shape[0], shape[1], shape[2], shape[3]}, 5));
    }
};

QTEST_APPLESS_MAIN(tst_MaxPool2d)
#include "tst_MaxPool2d.moc"
