#include "core/instruments/ActivationScale.h"
#include "core/nn/CrossEntropy.h"
#include "tests/core/instruments/NetworksUnderTest.h"
#include "tests/core/nn/NormUnderTest.h"

#include <QTest>

#include <limits>
#include <map>

using namespace normscope;
using namespace normscope::instruments;
using namespace normscope::testing;

namespace {

/// y = 1/(1 + e^(−x)).
class Squash : public nn::Module<float> {
   public:
    std::string kind() const override { return "Sigmoid"; }
    Shape output_shape(const Shape& input) const override { return input; }
    const Tensor<float>& forward(const Tensor<float>& x, const nn::Pass&) override {
        m_output.resize(x.shape());
        for (std::int64_t i = 0; i < x.shape().size(); ++i) m_output.data()[i] = 1 / (1 + std::exp(-x.data()[i]));
        return m_output;
    }
    const Tensor<float>& backward(const Tensor<float>& gradient, const nn::Pass&, bool) override {
        m_gradient.resize(gradient.shape());
        for (std::int64_t i = 0; i < gradient.shape().size(); ++i) {
            m_gradient.data()[i] = gradient.data()[i] * m_output.data()[i] * (1 - m_output.data()[i]);
        }
        return m_gradient;
    }
    std::unique_ptr<nn::Module<float>> clone() const override { return std::make_unique<Squash>(); }

   private:
    Tensor<float> m_output;
    Tensor<float> m_gradient;
};

/// Copies what passes by.
class Recording : public nn::LayerObserver {
   public:
    void saw_forward(const nn::Module<float>& layer, const Tensor<float>&, const Tensor<float>& y) override {
        outputs[layer.name()] = copy_of(y.values());
    }
    void saw_backward(const nn::Module<float>& layer, const Tensor<float>& gradient) override {
        gradients[layer.name()] = copy_of(gradient.values());
    }
    std::map<std::string, std::vector<float>> outputs;
    std::map<std::string, std::vector<float>> gradients;
};

double rms(std::span<const float> values) {
    double sum = 0;
    for (const float value : values) sum += static_cast<double>(value) * value;
    return std::sqrt(sum / static_cast<double>(values.size()));
}

ImageBatch batch_of(std::int64_t images) {
    ImageBatch batch;
    batch.images = random_tensor<float>({images, 8, 8, 1}, 1);
    for (std::int64_t i = 0; i < images; ++i) batch.labels.push_back(i % 4);
    return batch;
}

ActivationScale scale_of(const nn::Network<float>& network, const ImageBatch& batch, int threads = 1) {
    ThreadPool pool(threads);
    return activation_scale(network, batch, 0.1, pool);
}

}  // namespace

class tst_ActivationScale : public QObject {
    Q_OBJECT

   private slots:
    void measuresEveryLayerAndParameter() {
        const auto network = residual_network<float>();
        const auto batch = batch_of(9);
        const auto found = scale_of(network, batch);

        auto copy = network;
        Recording seen;
        ThreadPool pool(1);
        const nn::Pass pass{pool, nn::Mode::train, false, {}, &seen};
        Tensor<float> gradient;
        QCOMPARE(found.loss, nn::cross_entropy<float>(copy.forward(batch.images, pass), batch.labels, &gradient).loss);
        copy.backward(gradient, pass);

        QCOMPARE(found.layers.size(), network.leaves().size());
        for (std::size_t i = 0; i < found.layers.size(); ++i) {
            const LayerScale& layer = found.layers[i];
            QCOMPARE(layer.name, network.leaves()[i]->name());
            QCOMPARE(layer.layer.value, static_cast<std::int64_t>(i));
            const auto& y = seen.outputs.at(layer.name);
            double sum = 0, largest = 0, zeros = 0;
            for (const float value : y) {
                sum += std::abs(value);
                largest = std::max<double>(largest, std::abs(value));
                zeros += value == 0;
            }
            const auto count = static_cast<double>(y.size());
            QVERIFY(is_close(layer.rms, rms(y), 1e-12) && layer.rms > 0);
            QVERIFY(is_close(layer.mean_abs, sum / count, 1e-12));
            QCOMPARE(layer.max_abs, largest);
            QCOMPARE(layer.zeros, zeros / count);
            QCOMPARE(layer.saturated, layer.kind == "ReLU" ? layer.zeros : 0.0);
            QCOMPARE(layer.non_finite, 0);
            QVERIFY(is_close(layer.gradient_rms, rms(seen.gradients.at(layer.name)), 1e-12) && layer.gradient_rms > 0);
        }
        std::size_t i = 0;
        for (const auto* leaf : copy.leaves()) {
            for (const auto* parameter : const_cast<nn::Module<float>*>(leaf)->parameters()) {
                const ParameterScale& scale = found.parameters[i++];
                QCOMPARE(scale.name, leaf->name() + "." + parameter->name);
                QVERIFY(is_close(scale.rms, rms(parameter->value), 1e-12));
                QVERIFY(is_close(scale.gradient_rms, rms(parameter->gradient), 1e-12));
                QVERIFY(is_close(scale.update_ratio, 0.1 * scale.gradient_rms / scale.rms, 1e-12));
            }
        }
        QCOMPARE(found.parameters.size(), i);
        QCOMPARE(found.layers[2].kind, "ReLU");
        QVERIFY(found.layers[2].zeros > 0.1 && found.layers[2].zeros < 0.9);
    }

    void countsSaturatedSigmoids() {
        Layers<float> layers;
        layers.push_back({"sigmoid", std::make_unique<Squash>()});
        layers.push_back({"flatten", std::make_unique<nn::Flatten<float>>()});
        const nn::Network<float> network("squash", std::move(layers), {0, 1, 1, 4});
        ImageBatch batch;
        batch.images.resize({1, 1, 1, 4});
        const std::vector<float> x{-5, 0, 4, 5};  // σ(4) = 0.982, σ(5) = 0.993
        std::ranges::copy(x, batch.images.data());
        batch.labels = {0};
        const auto found = scale_of(network, batch);
        QCOMPARE(found.layers[0].saturated, 0.5);
        QCOMPARE(found.layers[0].zeros, 0.0);
        QCOMPARE(found.layers[1].saturated, 0.0);
    }

    void showsWhatIsNotFinite() {
        auto network = residual_network<float>();
        network.norm_layers()[0].second->parameters()[0]->value[1] = std::numeric_limits<float>::quiet_NaN();
        const auto found = scale_of(network, batch_of(9));
        QCOMPARE(found.layers[0].non_finite, 0);
        QCOMPARE(found.layers[1].non_finite, 9 * 64);
        QVERIFY(std::isnan(found.layers[1].max_abs) && std::isnan(found.layers[1].rms));
        network.norm_layers()[0].second->parameters()[0]->value[1] = std::numeric_limits<float>::infinity();
        QVERIFY(scale_of(network, batch_of(9)).layers[1].max_abs > std::numeric_limits<double>::max());
    }

    void saysWhatIsNotTrained() {
        const auto network = residual_network<float>();
        network.leaves()[1]->parameters()[0]->trainable = false;
        const auto found = scale_of(network, batch_of(9));
        for (const auto& parameter : found.parameters) QCOMPARE(parameter.trainable, parameter.name != "bn1.weight");
    }

    void hasNoRatioWithoutWeights() {
        auto network = residual_network<float>();
        for (float& value : network.norm_layers()[3].second->parameters()[1]->value) value = 0;
        const auto found = scale_of(network, batch_of(9));
        const auto beta = std::ranges::find(found.parameters, "block.downsample.1.bias", &ParameterScale::name);
        QVERIFY(beta->rms == 0 && beta->gradient_rms > 0 && std::isinf(beta->update_ratio));
    }

    void hasTheSameBitsWithAnyNumberOfThreads() {
        const auto network = residual_network<float>();
        const auto a = scale_of(network, batch_of(9), 1), b = scale_of(network, batch_of(9), 3);
        for (std::size_t i = 0; i < a.layers.size(); ++i) {
            QCOMPARE(a.layers[i].rms, b.layers[i].rms);
            QCOMPARE(a.layers[i].gradient_rms, b.layers[i].gradient_rms);
        }
        for (std::size_t i = 0; i < a.parameters.size(); ++i) {
            QCOMPARE(a.parameters[i].update_ratio, b.parameters[i].update_ratio);
        }
    }

    void leavesTheNetworkAlone() {
        auto network = residual_network<float>();
        std::ranges::fill(network.parameters().gradients(), 5.0F);
        const auto before = everything_of(network);
        scale_of(network, batch_of(9));
        QCOMPARE(everything_of(network), before);
        QVERIFY(std::ranges::all_of(network.parameters().gradients(), [](float g) { return g == 5.0F; }));
    }
};

QTEST_APPLESS_MAIN(tst_ActivationScale)
#include "tst_ActivationScale.moc"
