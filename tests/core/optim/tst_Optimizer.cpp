#include "core/optim/Optimizer.h"

#include <QTest>

#include <cmath>

using namespace normscope;
using optim::Algorithm;

namespace {

bool is_close(double a, double b) {
    return std::abs(a - b) < 1e-14;
}

/// One parameter in an arena, updated by an optimizer.
template <class S>
class Rig {
   public:
    explicit Rig(std::vector<S> values) : Rig(std::move(values), {}) {}
    Rig(std::vector<S> values, nn::Parameter<S> parameter) : m_parameter(std::move(parameter)) {
        m_parameter.dims = {static_cast<std::int64_t>(values.size())};
        m_arena = nn::ParameterArena<S>({&m_parameter});
        std::ranges::copy(values, m_parameter.value.begin());
    }
    void step(const std::vector<S>& gradient, const optim::Options& options) {
        std::ranges::copy(gradient, m_parameter.gradient.begin());
        m_optimizer.step(m_arena, options);
    }
    S value(std::size_t i = 0) const { return m_parameter.value[i]; }
    optim::Optimizer<S>& optimizer() { return m_optimizer; }

   private:
    nn::Parameter<S> m_parameter;
    nn::ParameterArena<S> m_arena;
    optim::Optimizer<S> m_optimizer;
};

}  // namespace

class tst_Optimizer : public QObject {
    Q_OBJECT

   private slots:
    /// By hand: lr 0.5, momentum 0.5, gradients 2 and 4: v is 2, then 5.
    void followsTheVelocity() {
        Rig<double> rig({10});
        rig.step({2}, {.lr = 0.5, .momentum = 0.5});
        QVERIFY(is_close(rig.value(), 9));
        rig.step({4}, {.lr = 0.5, .momentum = 0.5});
        QVERIFY(is_close(rig.value(), 6.5));
        QVERIFY(is_close(rig.optimizer().state().first[0], 5));
    }

    void takesThePresentOptions() {
        Rig<double> rig({10});
        rig.step({2}, {.lr = 0.5, .momentum = 0.9});
        rig.step({2}, {.lr = 1, .momentum = 0});
        QVERIFY(is_close(rig.value(), 7));
    }

    void addsWeightDecayToTheGradient() {
        Rig<double> rig({10, -4});
        rig.step({1, 1}, {.lr = 0.5, .momentum = 0, .weight_decay = 0.1});
        QVERIFY(is_close(rig.value(0), 9));
        QVERIFY(is_close(rig.value(1), -4.3));
    }

    void exemptsNormLayersFromWeightDecay() {
        Rig<double> rig({10}, {.name = "weight", .of_norm = true});
        rig.step({1}, {.lr = 0.5, .momentum = 0, .weight_decay = 0.1, .exempt_norm = true});
        QVERIFY(is_close(rig.value(), 9.5));
        rig.step({1}, {.lr = 0.5, .momentum = 0, .weight_decay = 0.1});
        QVERIFY(is_close(rig.value(), 9.5 - 0.5 * 1.95));
    }

    void leavesFrozenParametersAlone() {
        Rig<double> rig({10}, {.name = "weight", .trainable = false});
        rig.step({1}, {.lr = 0.5, .weight_decay = 0.1});
        QCOMPARE(rig.value(), 10.0);
    }

    /// By hand: with momentum 0.5 the first step moves by lr·(g + 0.5·g).
    void looksAheadWithNesterov() {
        Rig<double> rig({10});
        rig.step({2}, {.lr = 0.5, .momentum = 0.5, .nesterov = true});
        QVERIFY(is_close(rig.value(), 8.5));
        QVERIFY_EXCEPTION_THROWN(rig.step({2}, {.momentum = 0, .nesterov = true}), std::invalid_argument);
    }

    /// Bias correction makes the first step of Adam as long as the learning rate, whatever the gradient.
    void correctsAdamsBias() {
        Rig<double> rig({10, 10});
        rig.step({3, -0.01}, {.algorithm = Algorithm::adam, .lr = 0.1, .eps = 0});
        QVERIFY(is_close(rig.value(0), 9.9));
        QVERIFY(is_close(rig.value(1), 10.1));
    }

    void decouplesTheDecayOfAdamW() {
        Rig<double> rig({10});
        rig.step({3}, {.algorithm = Algorithm::adamw, .lr = 0.1, .weight_decay = 0.5, .eps = 0});
        QVERIFY(is_close(rig.value(), 10 * 0.95 - 0.1));
    }

    void isAValue() {
        Rig<float> rig({1});
        rig.step({0.5F}, {});
        Rig<float> other({rig.value()});
        other.optimizer() = rig.optimizer();
        rig.step({0.5F}, {});
        other.step({0.5F}, {});
        QCOMPARE(rig.value(), other.value());
    }
};

QTEST_APPLESS_MAIN(tst_Optimizer)
#include "tst_Optimizer.moc"
