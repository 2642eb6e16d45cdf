#include "core/optim/Sgd.h"

#include <QTest>

#include <array>

using normscope::optim::Sgd;

namespace {

bool is_close(double a, double b) {
    return std::abs(a - b) < 1e-15;
}

}  // namespace

class tst_Sgd : public QObject {
    Q_OBJECT

   private slots:
    /// By hand: lr 0.5, momentum 0.5, gradients 2 and 4: v is 2, then 5.
    void followsTheVelocity() {
        Sgd<double> sgd;
        std::array<double, 1> parameter{10};
        sgd.step(parameter, std::array<double, 1>{2}, {.lr = 0.5, .momentum = 0.5});
        QVERIFY(is_close(parameter[0], 9));
        sgd.step(parameter, std::array<double, 1>{4}, {.lr = 0.5, .momentum = 0.5});
        QVERIFY(is_close(parameter[0], 6.5));
        QVERIFY(is_close(sgd.velocity()[0], 5));
    }

    void takesThePresentOptions() {
        Sgd<double> sgd;
        std::array<double, 1> parameter{10};
        sgd.step(parameter, std::array<double, 1>{2}, {.lr = 0.5, .momentum = 0.9});
        sgd.step(parameter, std::array<double, 1>{2}, {.lr = 1, .momentum = 0});
        QVERIFY(is_close(parameter[0], 7));
    }

    void addsWeightDecayToTheGradient() {
        Sgd<double> sgd;
        std::array<double, 2> parameters{10, -4};
        sgd.step(parameters, std::array<double, 2>{1, 1}, {.lr = 0.5, .momentum = 0, .weight_decay = 0.1});
        QVERIFY(is_close(parameters[0], 9));
        QVERIFY(is_close(parameters[1], -4.3));
    }

    void isAValue() {
        Sgd<float> sgd;
        std::array<float, 1> parameter{1};
        const std::array<float, 1> gradient{0.5F};
        sgd.step(parameter, gradient, {});
        auto copy = sgd;
        auto other = parameter;
        sgd.step(parameter, gradient, {});
        copy.step(other, gradient, {});
        QVERIFY(parameter == other);
    }
};

QTEST_APPLESS_MAIN(tst_Sgd)
#include "tst_Sgd.moc"
