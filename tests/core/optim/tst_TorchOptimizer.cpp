// Ten steps of every optimizer against torch.optim: tests/fixtures/torch_training.safetensors.
#include "core/optim/Optimizer.h"
#include "tests/core/nn/TorchFixture.h"

#include <QTest>

using namespace normscope;
using namespace normscope::testing;
using optim::Algorithm;

namespace {

struct Case {
    const char* name;
    optim::Options options;
};

const std::array<Case, 8>& cases() {
    static const std::array<Case, 8> all{
        Case{"sgd", {.momentum = 0}},
        Case{"sgd_decay", {.momentum = 0, .weight_decay = 0.1}},
        Case{"sgd_momentum", {.momentum = 0.9, .weight_decay = 0.01}},
        Case{"sgd_nesterov", {.momentum = 0.8, .nesterov = true, .weight_decay = 0.01}},
        Case{"adam", {.algorithm = Algorithm::adam}},
        Case{"adam_decay",
             {.algorithm = Algorithm::adam, .weight_decay = 0.1, .beta1 = 0.8, .beta2 = 0.95, .eps = 1e-3}},
        Case{"adamw", {.algorithm = Algorithm::adamw}},
        Case{"adamw_decay",
             {.algorithm = Algorithm::adamw, .weight_decay = 0.1, .beta1 = 0.8, .beta2 = 0.95, .eps = 1e-3}},
    };
    return all;
}

}  // namespace

class tst_TorchOptimizer : public QObject {
    Q_OBJECT

   private slots:
    void takesTheSameSteps_data() {
        QTest::addColumn<int>("number");
        QTest::addColumn<bool>("exempt");
        for (int i = 0; i < static_cast<int>(cases().size()); ++i) {
            for (const bool exempt : {false, true}) {
                QTest::addRow("%s%s", cases()[i].name, exempt ? ", γ exempt" : "") << i << exempt;
            }
        }
    }
    void takesTheSameSteps() {
        QFETCH(int, number);
        QFETCH(bool, exempt);
        verify<double>(cases()[number], exempt, 1e-14);
        verify<float>(cases()[number], exempt, 2e-6);
    }

   private:
    template <class S>
    void verify(const Case& chosen, bool exempt, double tolerance) {
        nn::Parameter<S> weight{.name = "weight", .dims = m_fixture.at("optimizer/initial/weight").dims};
        nn::Parameter<S> gamma{.name = "weight", .dims = m_fixture.at("optimizer/initial/gamma").dims};
        gamma.of_norm = true;
        nn::ParameterArena<S> arena({&weight, &gamma});
        copy_row("optimizer/initial/weight", 0, weight.value);
        copy_row("optimizer/initial/gamma", 0, gamma.value);
        optim::Optimizer<S> optimizer;
        optim::Options options = chosen.options;
        options.exempt_norm = exempt;
        const std::string prefix = std::string("optimizer/") + chosen.name + (exempt ? "/exempt/" : "/");
        const auto& rates = m_fixture.at("optimizer/lr").values;
        std::vector<double> expected_weight(weight.value.size()), expected_gamma(gamma.value.size());
        for (std::size_t step = 0; step < rates.size(); ++step) {
            copy_row("optimizer/gradient/weight", step, weight.gradient);
            copy_row("optimizer/gradient/gamma", step, gamma.gradient);
            options.lr = rates[step];
            optimizer.step(arena, options);
            copy_row<double>(prefix + "weight", step, expected_weight);
            copy_row<double>(prefix + "gamma", step, expected_gamma);
            QVERIFY((relative_distance<S, double>(weight.value, expected_weight) < tolerance));
            QVERIFY((relative_distance<S, double>(gamma.value, expected_gamma) < tolerance));
        }
    }

    template <class S>
    void copy_row(const std::string& name, std::size_t row, std::span<S> to) const {
        const auto& values = m_fixture.at(name).values;
        for (std::size_t i = 0; i < to.size(); ++i) to[i] = static_cast<S>(values[row * to.size() + i]);
    }

    const TorchFixture m_fixture{"torch_training.safetensors"};
};

QTEST_APPLESS_MAIN(tst_TorchOptimizer)
#include "tst_TorchOptimizer.moc"
