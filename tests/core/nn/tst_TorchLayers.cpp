// Layers against PyTorch in double: tests/fixtures/torch_layers.safetensors.
#include "core/nn/AdaptiveAvgPool2d.h"
#include "core/nn/AvgPool2d.h"
#include "core/nn/BatchNorm1d.h"
#include "core/nn/Conv2d.h"
#include "core/nn/CrossEntropy.h"
#include "core/nn/Flatten.h"
#include "core/nn/GroupNorm.h"
#include "core/nn/InstanceNorm2d.h"
#include "core/nn/LayerNorm.h"
#include "core/nn/LeakyReLU.h"
#include "core/nn/Linear.h"
#include "core/nn/MaxPool2d.h"
#include "core/nn/ReLU.h"
#include "core/nn/Sigmoid.h"
#include "tests/core/nn/TorchFixture.h"

#include <QTest>

#include <functional>

using namespace normscope;
using namespace normscope::nn;
using namespace normscope::testing;

namespace {

template <class S>
using Layers = std::vector<typename Network<S>::Layer>;

template <class S>
Layers<S> conv(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t padding, bool bias = true,
               std::int64_t stride = 1) {
    Layers<S> layers;
    layers.push_back({"0", std::make_unique<Conv2d<S>>(typename Conv2d<S>::Options{.in_channels = in,
                                                                                   .out_channels = out,
                                                                                   .kernel = kernel,
                                                                                   .stride = stride,
                                                                                   .padding = padding,
                                                                                   .bias = bias})});
    return layers;
}

template <class S>
Layers<S> norm(const typename BatchNorm2d<S>::Options& options) {
    Layers<S> layers;
    layers.push_back({"0", std::make_unique<BatchNorm2d<S>>(options)});
    return layers;
}

template <class S, class L, class... Options>
Layers<S> single(const Options&... options) {
    Layers<S> layers;
    layers.push_back({"0", std::make_unique<L>(options...)});
    return layers;
}

template <class S>
Layers<S> flatten_linear() {
    auto layers = single<S, Flatten<S>>();
    layers.push_back({"1", std::make_unique<Linear<S>>(typename Linear<S>::Options{
                               .in_features = 24, .out_features = 7, .flattened = {1, 3, 4, 2}})});
    return layers;
}

/// The first cases of make_torch_fixtures.py.
template <class S>
std::map<std::string, std::function<Layers<S>()>> first_makers() {
    using Norm = typename BatchNorm2d<S>::Options;
    return {
        {"conv/3x3", [] { return conv<S>(3, 5, 3, 1); }},
        {"conv/3x3_no_bias", [] { return conv<S>(2, 4, 3, 1, false); }},
        {"conv/3x3_no_padding", [] { return conv<S>(2, 3, 3, 0); }},
        {"conv/7x7_stride2", [] { return conv<S>(3, 4, 7, 3, true, 2); }},
        {"conv/1x1_stride2", [] { return conv<S>(3, 4, 1, 0, false, 2); }},
        {"conv/wide_padding", [] { return conv<S>(2, 3, 2, 4, true, 3); }},
        {"conv/1x1", [] { return conv<S>(4, 3, 1, 0); }},
        {"bn/train_last_batch", [] { return norm<S>(Norm{.channels = 5}); }},
        {"bn/cumulative", [] { return norm<S>(Norm{.channels = 3, .momentum = std::nullopt}); }},
        {"bn/large_eps", [] { return norm<S>(Norm{.channels = 3, .eps = 0.7, .momentum = 0.3}); }},
        {"bn/not_affine", [] { return norm<S>(Norm{.channels = 3, .affine = false}); }},
        {"bn/not_tracking", [] { return norm<S>(Norm{.channels = 3, .track_running_stats = false}); }},
        {"bn/eval", [] { return norm<S>(Norm{.channels = 4}); }},
        {"bn/one_image", [] { return norm<S>(Norm{.channels = 2}); }},
        {"relu", [] { return single<S, ReLU<S>>(); }},
        {"pool/even", [] { return single<S, MaxPool2d<S>>(std::int64_t{2}); }},
        {"pool/odd", [] { return single<S, MaxPool2d<S>>(std::int64_t{2}); }},
        {"pool/three", [] { return single<S, MaxPool2d<S>>(std::int64_t{3}); }},
        {"flatten_linear", [] { return flatten_linear<S>(); }},
        {"linear",
         [] { return single<S, Linear<S>>(typename Linear<S>::Options{.in_features = 9, .out_features = 4}); }},
    };
}

template <class S>
std::map<std::string, std::function<Layers<S>()>> later_makers() {
    using Norm = typename BatchNorm2d<S>::Options;
    using OfLayer = typename LayerNorm<S>::Options;
    using OfGroup = typename GroupNorm<S>::Options;
    using OfInstance = typename InstanceNorm2d<S>::Options;
    const auto layer = [](const OfLayer& options) { return single<S, LayerNorm<S>>(options); };
    const auto group = [](const OfGroup& options) { return single<S, GroupNorm<S>>(options); };
    const auto instance = [](const OfInstance& options) { return single<S, InstanceNorm2d<S>>(options); };
    const auto vectors = [](const Norm& options) { return single<S, BatchNorm1d<S>>(options); };
    const auto max_pool = [](const PoolOptions& options) { return single<S, MaxPool2d<S>>(options); };
    const auto avg_pool = [](const PoolOptions& options) { return single<S, AvgPool2d<S>>(options); };
    const auto adaptive = [](std::int64_t h, std::int64_t w) { return single<S, AdaptiveAvgPool2d<S>>(h, w); };
    const OfInstance tracking{.channels = 3, .momentum = 0.3, .affine = true, .track_running_stats = true};
    const OfInstance in_eval{.channels = 4, .affine = true, .track_running_stats = true};
    return {
        {"sigmoid", [] { return single<S, Sigmoid<S>>(); }},
        {"leaky_relu", [] { return single<S, LeakyReLU<S>>(0.2); }},
        {"pool/overlapping", [=] { return max_pool({.kernel = 3, .stride = 2, .padding = 1}); }},
        {"pool/far_apart", [=] { return max_pool({.kernel = 2, .stride = 3}); }},
        {"avg_pool/even", [=] { return avg_pool({.kernel = 2}); }},
        {"avg_pool/padded", [=] { return avg_pool({.kernel = 3, .stride = 2, .padding = 1}); }},
        {"adaptive/one", [=] { return adaptive(1, 1); }},
        {"adaptive/overlapping", [=] { return adaptive(3, 2); }},
        {"adaptive/larger", [=] { return adaptive(7, 7); }},
        {"ln/maps",
         [=] {
             return layer({.normalized_shape = {0, 4, 5, 3}});
         }},
        {"ln/vectors",
         [=] {
             return layer({.normalized_shape = {0, 1, 1, 7}, .eps = 0.3});
         }},
        {"ln/not_affine",
         [=] {
             return layer({.normalized_shape = {0, 3, 3, 2}, .affine = false});
         }},
        {"gn/three", [=] { return group({.channels = 6, .groups = 3}); }},
        {"gn/one", [=] { return group({.channels = 4, .groups = 1, .eps = 0.3}); }},
        {"gn/not_affine", [=] { return group({.channels = 4, .groups = 2, .affine = false}); }},
        {"in/plain", [=] { return instance({.channels = 3}); }},
        {"in/affine", [=] { return instance({.channels = 3, .eps = 0.3, .affine = true}); }},
        {"in/tracking", [=] { return instance(tracking); }},
        {"in/eval", [=] { return instance(in_eval); }},
        {"bn1d/vectors", [=] { return vectors({.channels = 5}); }},
        {"bn1d/sequences", [=] { return vectors({.channels = 3, .momentum = 0.4}); }},
        {"bn1d/eval", [=] { return vectors({.channels = 4}); }},
        {"bn/momentum_0", [] { return norm<S>(Norm{.channels = 3, .momentum = 0.0}); }},
        {"bn/momentum_1", [] { return norm<S>(Norm{.channels = 3, .momentum = 1.0}); }},
        {"bn/ghost_3", [] { return norm<S>(Norm{.channels = 3, .ghost_batches = 3}); }},
        {"bn/ghost_cumulative",
         [] { return norm<S>(Norm{.channels = 2, .momentum = std::nullopt, .ghost_batches = 4}); }},
        {"bn/ghost_not_tracking",
         [] { return norm<S>(Norm{.channels = 2, .track_running_stats = false, .ghost_batches = 2}); }},
        {"bn/empty", [] { return norm<S>(Norm{.channels = 3}); }},
        {"bn/ghost_empty", [] { return norm<S>(Norm{.channels = 3, .momentum = std::nullopt, .ghost_batches = 2}); }},
    };
}

/// The layers of a case.
template <class S>
Layers<S> layers_of(const std::string& name) {
    const auto first = first_makers<S>();
    return first.contains(name) ? first.at(name)() : later_makers<S>().at(name)();
}

/// One case in precision S. Differences are norm-wise relative; the largest counts.
template <class S>
class TorchCase {
   public:
    TorchCase(const TorchFixture& fixture, std::string name)
        : m_fixture(fixture),
          m_name(std::move(name)),
          m_network(m_name, layers_of<S>(m_name), m_fixture.at(m_name + "/0/x").shape()),
          m_pool(2) {
        // torch.nn.Sequential already says "1.weight".
        auto state = m_fixture.template state<S>(m_name + "/");
        std::erase_if(state, [](const auto& tensor) { return tensor.name.find('/') != std::string::npos; });
        for (auto& tensor : state) {
            if (tensor.name.find('.') == std::string::npos) tensor.name = std::string("0.") + tensor.name;
        }
        m_network.load_state(state);
    }

    double largest_difference() {
        double largest = 0;
        for (int batch = 0; has_batch(batch); ++batch) largest = std::max(largest, difference_of_batch(batch));
        return largest;
    }

   private:
    bool has_batch(int batch) const { return m_fixture.contains(m_name + "/" + std::to_string(batch) + "/x"); }

    double difference_of_batch(int batch) {
        const std::string prefix = m_name + "/" + std::to_string(batch) + "/";
        const Pass pass{m_pool, m_name.ends_with("/eval") ? Mode::eval : Mode::train};
        const auto x = m_fixture.at(prefix + "x").template tensor<S>();
        const auto upstream = m_fixture.at(prefix + "gradient").template tensor<S>();
        // Layer by layer: this is about each of them, not about what a network computes at once.
        const auto& layers = m_network.layers();
        const auto* output = &x;
        for (const auto& layer : layers) output = &layer.module->forward(*output, pass);
        const auto y = *output;
        const auto* gradient = &upstream;
        for (std::size_t i = layers.size(); i-- > 0;) gradient = &layers[i].module->backward(*gradient, pass, true);

        double largest = std::max(difference(prefix + "y", nchw_of(y)), difference(prefix + "dx", nchw_of(*gradient)));
        for (const auto& layer : layers) {
            for (const auto* parameter : layer.module->parameters()) {
                const auto found = to_torch_order<S>(*parameter, parameter->gradient);
                const std::string name = layers.size() > 1 ? layer.name + "." + parameter->name : parameter->name;
                largest = std::max(largest, difference(prefix + "d" + name, {found.begin(), found.end()}));
            }
        }
        return std::max(largest, difference_of_buffers(prefix));
    }

    double difference_of_buffers(const std::string& prefix) const {
        double largest = 0;
        for (const auto& tensor : m_network.state()) {
            const auto name = prefix + tensor.name.substr(2) + "_after";
            if (!m_fixture.contains(name)) continue;
            std::vector<double> found(tensor.values.begin(), tensor.values.end());
            if (tensor.is_count) found = {static_cast<double>(tensor.count)};
            largest = std::max(largest, difference(name, found));
        }
        return largest;
    }

    double difference(const std::string& name, const std::vector<double>& found) const {
        return relative_distance<double, double>(found, m_fixture.at(name).values);
    }

    const TorchFixture& m_fixture;
    std::string m_name;
    Network<S> m_network;
    ThreadPool m_pool;
};

template <class S>
double cross_entropy_difference(const TorchFixture& fixture, const std::string& name, double smoothing) {
    const auto logits = fixture.at(name + "/logits").tensor<S>();
    const auto labels = fixture.at(name + "/labels").as<std::int64_t>();
    Tensor<S> gradient;
    const double loss = cross_entropy<S>(logits, labels, &gradient, smoothing).loss;
    const double expected = fixture.at(name + "/loss").values[0];
    return std::max(std::abs(loss / expected - 1),
                    relative_distance<double, double>(nchw_of(gradient), fixture.at(name + "/dlogits").values));
}

}  // namespace

class tst_TorchLayers : public QObject {
    Q_OBJECT

   private slots:
    void computesWhatPyTorchComputes_data() {
        QTest::addColumn<QString>("name");
        for (const auto& makers : {first_makers<double>(), later_makers<double>()}) {
            for (const auto& [name, make] : makers) {
                if (name != "bn/one_image") QTest::newRow(name.c_str()) << QString::fromStdString(name);
            }
        }
    }
    void computesWhatPyTorchComputes() {
        QFETCH(QString, name);
        const double in_double = TorchCase<double>(m_fixture, name.toStdString()).largest_difference();
        const double in_float = TorchCase<float>(m_fixture, name.toStdString()).largest_difference();
        qInfo("%-20s double %.1e, float %.1e", qPrintable(name), in_double, in_float);
        QVERIFY(in_double < 1e-13);
        QVERIFY(in_float < 1e-5);
    }

    /// Two values per channel normalize to ±1 whatever they are: nothing but eps is left of dx.
    void computesWhatPyTorchComputesOnTwoValues() {
        const double in_double = TorchCase<double>(m_fixture, "bn/one_image").largest_difference();
        qInfo("double %.1e", in_double);
        QVERIFY(in_double < 1e-9);
    }

    void computesPyTorchsLoss_data() {
        QTest::addColumn<double>("smoothing");
        for (const char* name : {"odd", "one_image", "confident"}) QTest::newRow(name) << 0.0;
        QTest::newRow("smooth") << 0.1;
        QTest::newRow("all_smooth") << 1.0;
    }
    void computesPyTorchsLoss() {
        QFETCH(double, smoothing);
        const std::string name = std::string("cross_entropy/") + QTest::currentDataTag();
        const double in_double = cross_entropy_difference<double>(m_fixture, name, smoothing);
        const double in_float = cross_entropy_difference<float>(m_fixture, name, smoothing);
        qInfo("%-20s double %.1e, float %.1e", name.c_str(), in_double, in_float);
        QVERIFY(in_double < 1e-13);
        QVERIFY(in_float < 1e-6);
    }

   private:
    const TorchFixture m_fixture{"torch_layers.safetensors"};
};

QTEST_APPLESS_MAIN(tst_TorchLayers)
#include "tst_TorchLayers.moc"
