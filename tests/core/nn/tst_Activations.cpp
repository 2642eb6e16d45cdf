// Sigmoid and LeakyReLU; ReLU has a test of its own.
#include "core/nn/LeakyReLU.h"
#include "core/nn/Sigmoid.h"
#include "tests/core/nn/HandComputed.h"
#include "tests/core/nn/LayerUnderTest.h"

#include <QTest>

#include <limits>

using namespace normscope;
using namespace normscope::nn;
using namespace normscope::testing;

class tst_Activations : public QObject {
    Q_OBJECT

   private slots:
    void keepTheShape() {
        QVERIFY((Sigmoid<float>().output_shape({3, 5, 7, 2}) == Shape{3, 5, 7, 2}));
        QVERIFY((LeakyReLU<float>().output_shape({3, 1, 1, 2}) == Shape{3, 1, 1, 2}));
        QCOMPARE(LeakyReLU<float>().negative_slope(), 0.01);
        QCOMPARE(LeakyReLU<float>(0.25).detail(), "0.25");
    }

    void sigmoidByHand() {
        auto test = layer_under_test<double, Sigmoid<double>>();
        const auto x = tensor_of<double>({1, 1, 1, 3}, {0, std::log(3.0), -std::log(4.0)});
        const auto y = values_of(test.forward(x));
        QVERIFY(std::abs(y[0] - 0.5) < 1e-15 && std::abs(y[1] - 0.75) < 1e-15 && std::abs(y[2] - 0.2) < 1e-15);
        const auto dx = values_of(test.backward(tensor_of<double>({1, 1, 1, 3}, {1, 2, 10})));
        QVERIFY(std::abs(dx[0] - 0.25) < 1e-15 && std::abs(dx[1] - 0.375) < 1e-15 && std::abs(dx[2] - 1.6) < 1e-15);
    }

    void sigmoidSaturates() {
        constexpr auto infinity = std::numeric_limits<double>::infinity();
        auto test = layer_under_test<float, Sigmoid<float>>();
        const auto x = tensor_of<float>({1, 1, 1, 5}, {1e4, -1e4, infinity, -infinity, std::nan("")});
        const auto y = values_of(test.forward(x));
        QCOMPARE((std::vector{y[0], y[1], y[2], y[3]}), (std::vector<double>{1, 0, 1, 0}));
        QVERIFY(std::isnan(y[4]));
        Tensor<float> gradient(x.shape());
        gradient.fill(1);
        const auto dx = values_of(test.backward(gradient));
        QCOMPARE((std::vector{dx[0], dx[1], dx[2], dx[3]}), (std::vector<double>{0, 0, 0, 0}));
    }

    void leakyReLUByHand() {
        auto test = layer_under_test<double, LeakyReLU<double>>(0.25);
        const auto x = tensor_of<double>({1, 2, 2, 1}, {-4, 0, 3, std::nan("")});
        const auto y = values_of(test.forward(x));
        QCOMPARE((std::vector{y[0], y[1], y[2]}), (std::vector<double>{-1, 0, 3}));
        QVERIFY(std::isnan(y[3]));
        // At zero PyTorch takes the slope.
        const auto dx = values_of(test.backward(tensor_of<double>({1, 2, 2, 1}, {8, 8, 8, 8})));
        QCOMPARE(dx, (std::vector<double>{2, 2, 8, 2}));
    }

    void areTheSameInTrainAndEvalMode() {
        auto sigmoid = layer_under_test<float, Sigmoid<float>>();
        auto leaky = layer_under_test<float, LeakyReLU<float>>(0.2);
        const auto x = random_tensor<float>({3, 2, 2, 2}, 1);
        QCOMPARE(values_of(sigmoid.forward(x, Mode::eval)), values_of(sigmoid.forward(x, Mode::train)));
        QCOMPARE(values_of(leaky.forward(x, Mode::eval)), values_of(leaky.forward(x, Mode::train)));
    }
};

QTEST_APPLESS_MAIN(tst_Activations)
#include "tst_Activations.moc"
