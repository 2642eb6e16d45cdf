// Twenty training steps against PyTorch: tests/fixtures/torch_simple.safetensors.
#include "core/nn/CrossEntropy.h"
#include "core/nn/Models.h"
#include "core/train/Trainer.h"
#include "tests/core/nn/TorchFixture.h"
#include "tests/core/train/FashionImages.h"

#include <QTest>

#include <array>

using namespace normscope;
using namespace normscope::nn;
using namespace normscope::testing;

namespace {

constexpr int steps = 20;
constexpr std::array recorded_steps{1, 5, 10, 20};

Recipe recipe_of_fixture() {
    Recipe recipe;
    recipe.data.shuffle = false;
    return recipe;
}

/// The network 'simple' in training, in precision S.
template <class S>
class TorchRun {
   public:
    explicit TorchRun(const TorchFixture& fixture)
        : m_network(make_network<S>(recipe_of_fixture().model, {0, 28, 28, 1}, 10)), m_pool(2) {
        m_network.load_state(fixture.state<S>("initial/"));
    }

    Network<S>& network() { return m_network; }

    /// Loss and gradients of a batch.
    double find_gradients(const ImageBatch& batch) {
        m_images.resize(batch.images.shape());
        std::ranges::copy(batch.images.values(), m_images.data());
        // Whether a close maximum is decided as in double is a matter of luck; the reference has it.
        const Pass pass{.pool = m_pool, .mode = Mode::train, .kernels = Kernels::reference};
        const auto found = cross_entropy<S>(m_network.forward(m_images, pass), batch.labels, &m_gradient);
        m_network.backward(m_gradient, pass);
        return found.loss;
    }
    void update() { m_optimizer.step(m_network.parameters(), {.lr = 0.05, .momentum = 0.9}); }

   private:
    Network<S> m_network;
    ThreadPool m_pool;
    optim::Optimizer<S> m_optimizer;
    Tensor<S> m_images;
    Tensor<S> m_gradient;
};

/// Parameters' gradients by PyTorch's names and in its order.
template <class S>
std::map<std::string, std::vector<double>> gradients_of(const Network<S>& network) {
    std::map<std::string, std::vector<double>> gradients;
    for (const auto& layer : network.layers()) {
        for (const auto* parameter : layer.module->parameters()) {
            const auto values = to_torch_order<S>(*parameter, parameter->gradient);
            gradients[layer.name + "." + parameter->name] = {values.begin(), values.end()};
        }
    }
    return gradients;
}

/// In front of a norm layer a bias has no gradient but rounding.
bool has_no_gradient(const std::string& name) {
    return name == "conv1.bias" || name == "conv2.bias";
}

double largest(const std::vector<double>& values) {
    double found = 0;
    for (const double value : values) found = std::max(found, std::abs(value));
    return found;
}

/// Largest norm-wise relative difference of γ, β and buffers from the fixture; infinite if a counter differs.
template <class S>
double state_difference(const Network<S>& network, const TorchFixture& fixture, const std::string& prefix) {
    double found = 0;
    for (const auto& tensor : network.state()) {
        if (!fixture.contains(prefix + tensor.name)) continue;
        const auto& expected = fixture.at(prefix + tensor.name).values;
        if (tensor.is_count && static_cast<double>(tensor.count) != expected[0]) return INFINITY;
        if (!tensor.is_count) found = std::max(found, relative_distance<S, double>(tensor.values, expected));
    }
    return found;
}

/// How far PyTorch's own float32 is from its float64, over the same tensors.
double torch_difference(const TorchFixture& fixture, const std::string& prefix) {
    double found = 0;
    for (const char* layer : {"bn1", "bn2"}) {
        for (const char* name : {".weight", ".bias", ".running_mean", ".running_var"}) {
            const auto tensor = prefix + layer + name;
            found = std::max(found, relative_distance<double, double>(fixture.at("float32/" + tensor).values,
                                                                      fixture.at("float64/" + tensor).values));
        }
    }
    return found;
}

std::string step_prefix(int step) {
    return "step" + std::to_string(step) + "/";
}

bool is_recorded(int step) {
    return std::ranges::find(recorded_steps, step) != recorded_steps.end();
}

}  // namespace

class tst_TorchTraining : public QObject {
    Q_OBJECT

   private slots:
    void hasItsImages() { QCOMPARE(m_images.size(), 1280); }

    /// In double nothing but rounding separates the two: losses, gradients, γ, β and buffers.
    void followsPyTorchInDouble() {
        TorchRun<double> run(m_fixture);
        const auto& losses = m_fixture.at("float64/losses").values;
        double loss_error = 0;
        for (int step = 1; step <= steps; ++step) {
            const double loss = run.find_gradients(batch(step));
            loss_error = std::max(loss_error, std::abs(loss / losses[step - 1] - 1));
            if (step == 1) verifyGradients(run.network(), "float64/", 1e-10);
            run.update();
            if (!is_recorded(step)) continue;
            const double error = state_difference(run.network(), m_fixture, "float64/" + step_prefix(step));
            qInfo("step %2d: state %.1e, losses so far %.1e", step, error, loss_error);
            QVERIFY(error < 1e-9);
        }
        QVERIFY(loss_error < 1e-9);
    }

    /// Each float step from where double precision stands: what one step costs, all along the way.
    void takesEachStepInFloat() {
        TorchRun<double> exact(m_fixture);
        TorchRun<float> rounded(m_fixture);
        double loss_error = 0, gradient_error = 0, buffer_error = 0;
        for (int step = 1; step <= steps; ++step) {
            rounded.network().load_state(in_float(exact.network()));
            const double expected = exact.find_gradients(batch(step));
            loss_error = std::max(loss_error, std::abs(rounded.find_gradients(batch(step)) / expected - 1));
            const auto found = gradients_of(rounded.network());
            for (const auto& [name, gradient] : gradients_of(exact.network())) {
                if (has_no_gradient(name)) continue;
                gradient_error = std::max(gradient_error, relative_distance<double, double>(found.at(name), gradient));
            }
            for (int i = 0; i < 2; ++i) {
                const auto& a = *rounded.network().norm_layers()[i].second;
                const auto& b = *exact.network().norm_layers()[i].second;
                buffer_error =
                    std::max(buffer_error, relative_distance<float, double>(a.running_mean(), b.running_mean()));
                buffer_error =
                    std::max(buffer_error, relative_distance<float, double>(a.running_var(), b.running_var()));
            }
            exact.update();
        }
        qInfo("losses %.1e, gradients %.1e, buffers %.1e", loss_error, gradient_error, buffer_error);
        QVERIFY(loss_error < 1e-5);
        QVERIFY(buffer_error < 1e-6);
        QVERIFY(gradient_error < 1e-4);
    }

    /// Where rounding decides no ReLU and no maximum, the real trainer follows PyTorch's float32 for twenty steps.
    void followsPyTorchInFloat() {
        Recipe recipe = recipe_of_fixture();
        recipe.optimizer.lr = 0.002;
        recipe.kernels = "direct";  // Winograd's rounding does decide some
        Experiment experiment(recipe, {std::make_shared<FashionImages>(m_fixture), nullptr});
        experiment.network().load_state(m_fixture.state<float>("gentle/initial/"));
        Trainer trainer(2);
        const auto& losses = m_fixture.at("gentle/float32/losses").values;
        double loss_error = 0;
        for (int step = 1; step <= steps; ++step) {
            const double loss = trainer.step(experiment).loss;
            loss_error = std::max(loss_error, std::abs(loss / losses[step - 1] - 1));
            if (!is_recorded(step)) continue;
            const auto prefix = "gentle/float32/" + step_prefix(step);
            const double error = state_difference(experiment.network(), m_fixture, prefix);
            qInfo("step %2d: state %.1e, losses so far %.1e", step, error, loss_error);
            QVERIFY(error < 1e-4);
        }
        QVERIFY(loss_error < 1e-4);
        QVERIFY(losses.back() < 0.5 * losses.front());  // it learned something
    }

    /// Twenty steps of the real trainer in float32 stay nearer to float64 than PyTorch's own float32 does. (Rounding
    /// decides close maxima and ReLUs, and with this learning rate that soon shows.)
    void trainsLikePyTorch() {
        Experiment experiment(recipe_of_fixture(), {std::make_shared<FashionImages>(m_fixture), nullptr});
        experiment.network().load_state(m_fixture.state<float>("initial/"));
        Trainer trainer(2);
        const auto& exact = m_fixture.at("float64/losses").values;
        const auto& torch = m_fixture.at("float32/losses").values;
        double loss_error = 0, torch_error = 0;
        for (int step = 1; step <= steps; ++step) {
            const double loss = trainer.step(experiment).loss;
            loss_error = std::max(loss_error, std::abs(loss / exact[step - 1] - 1));
            torch_error = std::max(torch_error, std::abs(torch[step - 1] / exact[step - 1] - 1));
            QVERIFY(loss_error < std::max(1e-4, torch_error));
            if (step == 1) verifyGradients(experiment.network(), "float64/", 1e-4);
            if (!is_recorded(step)) continue;
            const double error = state_difference(experiment.network(), m_fixture, "float64/" + step_prefix(step));
            const double drift = torch_difference(m_fixture, step_prefix(step));
            qInfo("step %2d: state %.1e (PyTorch's float32 %.1e), losses so far %.1e (%.1e)", step, error, drift,
                  loss_error, torch_error);
            QVERIFY(error < std::max(1e-4, drift));
        }
    }

   private:
    ImageBatch batch(int step) {
        std::vector<std::int64_t> indices;
        for (std::int64_t i = (step - 1) * 64; i < step * 64; ++i) indices.push_back(i);
        ImageBatch batch;
        load_batch(m_images, indices, recipe_of_fixture().data, m_pool, batch);
        return batch;
    }

    static std::vector<StateTensor<float>> in_float(const Network<double>& network) {
        std::vector<StateTensor<float>> state;
        for (const auto& tensor : network.state()) {
            state.push_back({.name = tensor.name,
                             .dims = tensor.dims,
                             .values = {tensor.values.begin(), tensor.values.end()},
                             .count = tensor.count,
                             .is_count = tensor.is_count});
        }
        return state;
    }

    template <class S>
    void verifyGradients(const Network<S>& network, const std::string& prefix, double tolerance) {
        for (const auto& [name, gradient] : gradients_of(network)) {
            const auto& expected = m_fixture.at(prefix + "gradient/" + name).values;
            if (has_no_gradient(name)) {
                QVERIFY(largest(gradient) < 1e-5);
                continue;
            }
            const double error = relative_distance<double, double>(gradient, expected);
            qInfo("gradient of %-13s %.1e", name.c_str(), error);
            QVERIFY(error < tolerance);
        }
    }

    const TorchFixture m_fixture{"torch_simple.safetensors"};
    const FashionImages m_images{m_fixture};
    ThreadPool m_pool{2};
};

QTEST_APPLESS_MAIN(tst_TorchTraining)
#include "tst_TorchTraining.moc"
