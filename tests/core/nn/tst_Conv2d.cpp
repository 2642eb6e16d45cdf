#include "core/nn/Conv2d.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/nn/GradientCheck.h"
#include "tests/core/nn/LayerUnderTest.h"

#include <QTest>

#include <algorithm>
#include <array>

using namespace normscope;
using namespace normscope::nn;
using namespace normscope::testing;

namespace {

template <class S>
LayerUnderTest<S, Conv2d<S>> conv(const typename Conv2d<S>::Options& options, int threads = 1) {
    return LayerUnderTest<S, Conv2d<S>>(std::make_unique<Conv2d<S>>(options), threads);
}

}  // namespace

class tst_Conv2d : public QObject {
    Q_OBJECT

   private slots:
    void keepsSizeWithPadding() {
        const Conv2d<float> layer({.in_channels = 3, .out_channels = 8});
        QVERIFY((layer.output_shape({2, 5, 7, 3}) == Shape{2, 5, 7, 8}));
        const Conv2d<float> unpadded({.in_channels = 3, .out_channels = 8, .padding = 0});
        QVERIFY((unpadded.output_shape({2, 5, 7, 3}) == Shape{2, 3, 5, 8}));
    }

    void refusesShapes() {
        const Conv2d<float> layer({.in_channels = 3, .out_channels = 8, .padding = 0});
        QCOMPARE(error_text<ShapeError>([&] {
                     layer.output_shape({2, 5, 5, 1});
                 }),
                 "Conv2d expects 3 input channels, got input size [2, 1, 5, 5]");
        QCOMPARE(error_text<ShapeError>([&] {
                     layer.output_shape({2, 2, 5, 3});
                 }),
                 "Conv2d: the kernel of size 3 does not fit into input size [2, 3, 2, 5]");
    }

    /// A kernel that picks one neighbour shifts the image and draws zeros in.
    void correlatesWithoutFlippingTheKernel() {
        auto test = conv<float>({});
        auto& weight = *test.layer().parameters()[0];
        std::ranges::fill(weight.value, 0.0F);
        weight.value[2] = 1;  // row 0, column 2: the neighbour above and to the right
        test.layer().parameters()[1]->value[0] = 0.5F;
        Tensor<float> x({1, 2, 2, 1});
        std::ranges::copy(std::array{1.0F, 2.0F, 3.0F, 4.0F}, x.data());
        QCOMPARE(channel_of(test.forward(x), 0), (std::vector<double>{0.5, 0.5, 2.5, 0.5}));
    }

    void hasNoBiasParameterWithoutBias() {
        Conv2d<float> layer({.bias = false});
        QCOMPARE(layer.parameters().size(), 1U);
        QCOMPARE(layer.parameters()[0]->name, "weight");
    }

    void matchesCentralDifferences_data() {
        QTest::addColumn<QList<int>>("shape");
        QTest::addColumn<QList<int>>("layer");  // in, out, kernel, padding, bias, stride (1)
        QTest::newRow("3x3") << QList{2, 4, 4, 2} << QList{2, 3, 3, 1, 1};
        QTest::newRow("3x3 odd sizes") << QList{3, 5, 7, 2} << QList{2, 3, 3, 1, 1};
        QTest::newRow("3x3 one image") << QList{1, 3, 5, 3} << QList{3, 2, 3, 1, 1};
        QTest::newRow("3x3 no bias") << QList{5, 4, 3, 1} << QList{1, 4, 3, 1, 0};
        QTest::newRow("3x3 no padding") << QList{3, 5, 4, 2} << QList{2, 2, 3, 0, 1};
        QTest::newRow("3x3 one pixel") << QList{3, 1, 1, 2} << QList{2, 2, 3, 1, 1};
        QTest::newRow("3x3 one column") << QList{2, 5, 1, 2} << QList{2, 2, 3, 1, 1};
        QTest::newRow("1x1") << QList{2, 3, 3, 4} << QList{4, 3, 1, 0, 1};
        QTest::newRow("5x5 padding 2") << QList{1, 4, 6, 1} << QList{1, 2, 5, 2, 0};
        QTest::newRow("17 images") << QList{17, 2, 3, 1} << QList{1, 2, 3, 1, 1};
        QTest::newRow("3x3 stride 2") << QList{2, 5, 6, 2} << QList{2, 3, 3, 1, 1, 2};
        QTest::newRow("7x7 stride 2") << QList{2, 8, 9, 1} << QList{1, 2, 7, 3, 1, 2};
        QTest::newRow("1x1 stride 2") << QList{3, 5, 4, 3} << QList{3, 2, 1, 0, 0, 2};
        QTest::newRow("padding beyond the kernel") << QList{1, 3, 2, 2} << QList{2, 2, 2, 4, 1, 3};
    }
    void matchesCentralDifferences() {
        QFETCH(QList<int>, shape);
        QFETCH(QList<int>, layer);
        auto test = conv<double>({.in_channels = layer[0],
                                  .out_channels = layer[1],
                                  .kernel = layer[2],
                                  .stride = layer.value(5, 1),
                                  .padding = layer[3],
                                  .bias = layer[4] != 0});
        verify_gradients(test.layer(), random_tensor<double>({shape[0], shape[1], shape[2], shape[3]}, 3));
    }

    void givesTheSameBitsWithAnyNumberOfThreads() {
        const auto x = random_tensor<float>({21, 6, 5, 3}, 1);
        const auto gradient = random_tensor<float>({21, 6, 5, 4}, 2);
        std::vector<std::vector<float>> results;
        for (const int threads : {1, 2, 4}) {
            auto test = conv<float>({.in_channels = 3, .out_channels = 4}, threads);
            const auto y = test.forward(x).values();
            const auto dx = test.backward(gradient).values();
            auto& result = results.emplace_back(y.begin(), y.end());
            std::ranges::copy(dx, std::back_inserter(result));
            for (auto* p : test.layer().parameters()) std::ranges::copy(p->gradient, std::back_inserter(result));
        }
        QCOMPARE(results[1], results[0]);
        QCOMPARE(results[2], results[0]);
    }

    void canLeaveOutTheInputGradient() {
        auto test = conv<float>({});
        const auto x = random_tensor<float>({2, 4, 4, 1}, 1);
        const Tensor<float> gradient = test.forward(x);
        QVERIFY(test.layer().backward(gradient, test.pass(), false).values().empty());
        const auto& weight = *test.layer().parameters()[0];
        const std::vector<float> without(weight.gradient.begin(), weight.gradient.end());
        test.backward(gradient);
        QCOMPARE(std::vector<float>(weight.gradient.begin(), weight.gradient.end()), without);
    }

    void takesAnEmptyBatch() {
        auto test = conv<float>({});
        const Tensor<float> x(Shape{0, 4, 4, 1});
        QVERIFY((test.forward(x).shape() == Shape{0, 4, 4, 1}));
        test.backward(Tensor<float>(Shape{0, 4, 4, 1}));
        QVERIFY(std::ranges::all_of(test.layer().parameters()[0]->gradient, [](float g) { return g == 0; }));
    }
};

QTEST_APPLESS_MAIN(tst_Conv2d)
#include "tst_Conv2d.moc"
