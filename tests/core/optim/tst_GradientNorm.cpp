#include "core/optim/GradientNorm.h"
#include "tests/core/nn/TorchFixture.h"

#include <QTest>

using namespace normscope;
using namespace normscope::testing;

namespace {

/// Two parameters with PyTorch's gradients.
template <class S>
class TwoParameters {
   public:
    explicit TwoParameters(const TorchFixture& fixture) {
        for (int i = 0; i < 2; ++i) {
            m_parameters[i].dims = fixture.at("clip/gradient" + std::to_string(i)).dims;
        }
        m_arena = nn::ParameterArena<S>({&m_parameters[0], &m_parameters[1]});
        for (int i = 0; i < 2; ++i) {
            std::ranges::copy(fixture.at("clip/gradient" + std::to_string(i)).template as<S>(),
                              m_parameters[i].gradient.begin());
        }
    }
    nn::ParameterArena<S>& arena() { return m_arena; }
    nn::Parameter<S>& operator[](int i) { return m_parameters[i]; }

   private:
    nn::Parameter<S> m_parameters[2];
    nn::ParameterArena<S> m_arena;
};

}  // namespace

class tst_GradientNorm : public QObject {
    Q_OBJECT

   private slots:
    void clipsAsPyTorch_data() {
        QTest::addColumn<QString>("name");
        QTest::newRow("longer than allowed") << "short";
        QTest::newRow("shorter than allowed") << "long";
    }
    void clipsAsPyTorch() {
        QFETCH(QString, name);
        const std::string prefix = "clip/" + name.toStdString() + "/";
        TwoParameters<double> parameters(m_fixture);
        const double norm = optim::gradient_norm(parameters.arena());
        QVERIFY(std::abs(norm / m_fixture.at(prefix + "norm").values[0] - 1) < 1e-14);
        optim::clip_gradient(parameters.arena(), norm, m_fixture.at(prefix + "most").values[0]);
        for (int i = 0; i < 2; ++i) {
            const auto& expected = m_fixture.at(prefix + "after" + std::to_string(i)).values;
            const std::span<const double> found = parameters[i].gradient;
            QVERIFY((relative_distance<double, double>(found, expected) < 1e-14));
        }
    }

    void leavesOutWhatIsNotTrained() {
        TwoParameters<float> parameters(m_fixture);
        parameters[0].trainable = false;
        double sum = 0;
        for (const float g : parameters[1].gradient) sum += static_cast<double>(g) * g;
        QVERIFY(std::abs(optim::gradient_norm(parameters.arena()) / std::sqrt(sum) - 1) < 1e-14);
    }

    void keepsShortGradientsToTheBit() {
        TwoParameters<float> parameters(m_fixture);
        const std::vector<float> before(parameters.arena().gradients().begin(), parameters.arena().gradients().end());
        optim::clip_gradient(parameters.arena(), 1.0, 1.5);
        QVERIFY(std::ranges::equal(parameters.arena().gradients(), before));
    }

    /// As PyTorch without error_if_nonfinite.
    void spreadsWhatIsNotFinite() {
        TwoParameters<float> parameters(m_fixture);
        parameters[0].gradient[0] = NAN;
        const double norm = optim::gradient_norm(parameters.arena());
        QVERIFY(std::isnan(norm));
        optim::clip_gradient(parameters.arena(), norm, 1);
        for (const float g : parameters[1].gradient) QVERIFY(std::isnan(g));
    }

   private:
    const TorchFixture m_fixture{"torch_training.safetensors"};
};

QTEST_APPLESS_MAIN(tst_GradientNorm)
#include "tst_GradientNorm.moc"
