#include "core/nn/ReLU.h"
#include "tests/core/nn/GradientCheck.h"
#include "tests/core/nn/LayerUnderTest.h"

#include <QTest>

#include <array>
#include <limits>

using namespace normscope;
using namespace normscope::nn;
using namespace normscope::testing;

class tst_ReLU : public QObject {
    Q_OBJECT

   private slots:
    void cutsOffNegatives() {
        auto test = layer_under_test<float, ReLU<float>>();
        Tensor<float> x({1, 1, 1, 4});
        std::ranges::copy(std::array{-1.0F, 0.0F, 2.0F, std::numeric_limits<float>::infinity()}, x.data());
        const auto y = test.forward(x).values();
        QCOMPARE(std::vector<float>(y.begin(), y.end()),
                 (std::vector<float>{0, 0, 2, std::numeric_limits<float>::infinity()}));
    }

    void hasNoGradientAtZero() {
        auto test = layer_under_test<float, ReLU<float>>();
        Tensor<float> x({1, 1, 1, 3});
        std::ranges::copy(std::array{-1.0F, 0.0F, 2.0F}, x.data());
        test.forward(x);
        Tensor<float> gradient({1, 1, 1, 3});
        gradient.fill(7);
        const auto dx = test.backward(gradient).values();
        QCOMPARE(std::vector<float>(dx.begin(), dx.end()), (std::vector<float>{0, 0, 7}));
    }

    void keepsNaN() {
        auto test = layer_under_test<float, ReLU<float>>();
        Tensor<float> x({1, 1, 1, 2});
        x.data()[0] = std::numeric_limits<float>::quiet_NaN();
        x.data()[1] = -1;
        const auto y = test.forward(x).values();
        QVERIFY(std::isnan(y[0]));
        QCOMPARE(y[1], 0.0F);
    }

    void matchesCentralDifferences_data() {
        QTest::addColumn<int>("images");
        for (const int images : {1, 3, 8}) QTest::addRow("%d images", images) << images;
    }
    void matchesCentralDifferences() {
        QFETCH(int, images);
        auto test = layer_under_test<double, ReLU<double>>();
        verify_gradients(test.layer(), tensor_without_ties({images, 3, 5, 2}, 4));
    }
};

QTEST_APPLESS_MAIN(tst_ReLU)
#include "tst_ReLU.moc"
