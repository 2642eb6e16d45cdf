// What every layer promises: right gradients, equal copies, the same bits with any number of threads, empty batches.
#include "core/nn/AdaptiveAvgPool2d.h"
#include "core/nn/AvgPool2d.h"
#include "core/nn/BatchNorm1d.h"
#include "core/nn/Conv2d.h"
#include "core/nn/Dropout.h"
#include "core/nn/Flatten.h"
#include "core/nn/GroupNorm.h"
#include "core/nn/InstanceNorm2d.h"
#include "core/nn/LayerNorm.h"
#include "core/nn/LeakyReLU.h"
#include "core/nn/Linear.h"
#include "core/nn/MaxPool2d.h"
#include "core/nn/Network.h"
#include "core/nn/NormNoise.h"
#include "core/nn/ReLU.h"
#include "core/nn/Sigmoid.h"
#include "tests/core/nn/GradientCheck.h"

#include <QTest>

#include <algorithm>
#include <functional>

using namespace normscope;
using namespace normscope::nn;
using namespace normscope::testing;

namespace {

template <class S>
using Made = std::unique_ptr<Module<S>>;

/// A layer in both precisions and images it takes.
struct Case {
    std::string name;
    Shape images;
    std::function<Made<float>()> make_float;
    std::function<Made<double>()> make_double;
};

/// `make` is called with a value of the precision.
template <class Make>
Case layer_case(std::string name, const Shape& images, Make make) {
    return {std::move(name), images, [make] { return Made<float>(make(0.0F)); },
            [make] { return Made<double>(make(0.0)); }};
}

template <template <class> class Layer, class... Options>
Case plain_case(std::string name, const Shape& images, const Options&... options) {
    return layer_case(std::move(name), images,
                      [options...]<class S>(S) -> Made<S> { return std::make_unique<Layer<S>>(options...); });
}

template <template <class> class Layer, class... Fields>
Case option_case(std::string name, const Shape& images, const Fields&... fields) {
    return layer_case(std::move(name), images, [fields...]<class S>(S) -> Made<S> {
        return std::make_unique<Layer<S>>(typename Layer<S>::Options{fields...});
    });
}

using Size = std::int64_t;

std::vector<Case> layer_cases() {
    const Shape maps{5, 5, 7, 4}, one{1, 3, 2, 4}, vectors{7, 1, 1, 6}, many{17, 3, 2, 4};
    const PoolOptions padded{.kernel = 3, .stride = 2, .padding = 1};
    const auto batch_norm = [](Size channels, Size shards, bool frozen_affine) {
        return [=]<class S>(S) -> Made<S> {
            return std::make_unique<BatchNorm2d<S>>(typename BatchNorm2d<S>::Options{
                .channels = channels, .frozen_affine = frozen_affine, .ghost_batches = shards});
        };
    };
    return {
        plain_case<Sigmoid>("Sigmoid", maps),
        plain_case<ReLU>("ReLU", maps),
        plain_case<LeakyReLU>("LeakyReLU", maps, 0.2),
        plain_case<LeakyReLU>("LeakyReLU, vectors", vectors, 0.2),
        plain_case<Dropout>("Dropout", maps, 0.3),
        plain_case<Dropout>("Dropout, vectors", vectors, 0.5),
        plain_case<NormNoise>("NormNoise", maps, 1.0),
        plain_case<NormNoise>("NormNoise, vectors", vectors, 0.5),
        plain_case<MaxPool2d>("MaxPool2d", maps, padded),
        plain_case<MaxPool2d>("MaxPool2d, overlapping", many, PoolOptions{.kernel = 2, .stride = 1}),
        plain_case<AvgPool2d>("AvgPool2d", maps, padded),
        plain_case<AvgPool2d>("AvgPool2d, overlapping", many, PoolOptions{.kernel = 2, .stride = 1}),
        plain_case<AdaptiveAvgPool2d>("AdaptiveAvgPool2d", maps, Size{3}, Size{2}),
        plain_case<AdaptiveAvgPool2d>("AdaptiveAvgPool2d, larger", one, Size{4}, Size{4}),
        plain_case<Flatten>("Flatten", maps),
        plain_case<Flatten>("Flatten in PyTorch's order", maps, FlattenOrder::torch),
        option_case<Conv2d>("Conv2d", maps, Size{4}, Size{3}),
        option_case<Linear>("Linear", vectors, Size{6}, Size{4}),
        option_case<Linear>("Linear without bias", vectors, Size{6}, Size{4}, Shape{}, false),
        option_case<LayerNorm>("LayerNorm", maps, maps),
        option_case<LayerNorm>("LayerNorm, one image", one, one),
        option_case<LayerNorm>("LayerNorm, vectors", vectors, vectors),
        option_case<LayerNorm>("LayerNorm, not affine", many, many, 1e-5, false),
        option_case<GroupNorm>("GroupNorm", maps, Size{4}, Size{2}),
        option_case<GroupNorm>("GroupNorm, one group", many, Size{4}, Size{1}),
        option_case<GroupNorm>("GroupNorm, not affine", one, Size{4}, Size{2}, 1e-5, false),
        option_case<GroupNorm>("GroupNorm, vectors", vectors, Size{6}, Size{2}),
        option_case<InstanceNorm2d>("InstanceNorm2d", maps, Size{4}),
        option_case<InstanceNorm2d>("InstanceNorm2d, affine", many, Size{4}, 1e-5, 0.1, true),
        option_case<InstanceNorm2d>("InstanceNorm2d, tracking", maps, Size{4}, 1e-5, 0.1, true, true),
        layer_case("BatchNorm2d", maps, batch_norm(4, 1, false)),
        layer_case("BatchNorm2d, γ and β frozen", maps, batch_norm(4, 1, true)),
        layer_case("BatchNorm2d, 2 ghost batches", maps, batch_norm(4, 2, false)),
        layer_case("BatchNorm2d, 5 ghost batches", many, batch_norm(4, 5, false)),
        option_case<BatchNorm1d>("BatchNorm1d", vectors, Size{6}),
        option_case<BatchNorm1d>("BatchNorm1d, sequences", Shape{3, 1, 5, 4}, Size{4}),
    };
}

/// A network of this layer only, with random parameters.
template <class S>
Network<S> network_of(Made<S> layer, const Shape& images) {
    std::vector<NamedModule<S>> layers;
    layers.push_back({"layer", std::move(layer)});
    Network<S> network("test", std::move(layers), images);
    std::uint64_t seed = 40;
    for (auto* parameter : network.parameters().parameters()) fill_normal<S>(parameter->value, seed++, 1, 0.3);
    return network;
}

template <class S>
bool same_state(const Network<S>& a, const Network<S>& b) {
    return std::ranges::equal(a.state(), b.state(), [](const auto& x, const auto& y) {
        return x.name == y.name && x.dims == y.dims && x.values == y.values && x.count == y.count;
    });
}

/// Output, all gradients and the state of one pass.
std::vector<float> bits_of(Network<float>& network, const Shape& images, Mode mode, int threads = 1) {
    ThreadPool pool(threads);
    const Pass pass{pool, mode, true, {.seed = 9, .draw = 3}};
    const auto x = random_tensor<float>(images, 1, 1, 2);
    Module<float>& layer = *network.layers()[0].module;
    const auto& y = layer.forward(x, pass);
    std::vector<float> bits(y.values().begin(), y.values().end());
    const auto gradient = random_tensor<float>(y.shape(), 2);
    std::ranges::copy(layer.backward(gradient, pass).values(), std::back_inserter(bits));
    for (const auto* p : layer.parameters()) std::ranges::copy(p->gradient, std::back_inserter(bits));
    for (const auto& tensor : network.state()) std::ranges::copy(tensor.values, std::back_inserter(bits));
    return bits;
}

}  // namespace

class tst_LayerContract : public QObject {
    Q_OBJECT

   private slots:
    void matchesCentralDifferences_data() { addCases(); }
    void matchesCentralDifferences() {
        auto network = network_of<double>(current().make_double(), current().images);
        Module<double>& layer = *network.layers()[0].module;
        const auto x = tensor_without_ties(current().images, 5);
        verify_gradients(layer, x, Mode::train);
        verify_gradients(layer, x, Mode::eval);
    }

    void isCopiedAndSavedWhole_data() { addCases(); }
    void isCopiedAndSavedWhole() {
        const Shape& images = current().images;
        auto network = network_of<float>(current().make_float(), images);
        bits_of(network, images, Mode::train);
        auto copy = network;
        auto other = network_of<float>(current().make_float(), images);
        other.reset(5);
        other.load_state(network.state());
        QVERIFY(same_state(copy, network) && same_state(other, network));
        QCOMPARE(copy.leaves()[0]->kind(), network.leaves()[0]->kind());
        QCOMPARE(copy.leaves()[0]->detail(), network.leaves()[0]->detail());
        const auto parameters = network.leaves()[0]->parameters(), copied = copy.leaves()[0]->parameters();
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            QCOMPARE(copied[i]->trainable, parameters[i]->trainable);
            QCOMPARE(copied[i]->of_norm, parameters[i]->of_norm);
        }
        for (const Mode mode : {Mode::eval, Mode::train}) {
            const auto expected = bits_of(network, images, mode);
            QCOMPARE(bits_of(copy, images, mode), expected);
            QCOMPARE(bits_of(other, images, mode), expected);
        }
    }

    void givesTheSameBitsWithAnyNumberOfThreads_data() { addCases(); }
    void givesTheSameBitsWithAnyNumberOfThreads() {
        const auto network = network_of<float>(current().make_float(), current().images);
        for (const Mode mode : {Mode::train, Mode::eval}) {
            auto first = network;
            const auto expected = bits_of(first, current().images, mode, 1);
            for (const int threads : {2, 4}) {
                auto copy = network;
                QCOMPARE(bits_of(copy, current().images, mode, threads), expected);
            }
        }
    }

    void takesAnEmptyBatch_data() { addCases(); }
    void takesAnEmptyBatch() {
        auto network = network_of<float>(current().make_float(), current().images);
        bits_of(network, current().images, Mode::train);
        Shape images = current().images;
        images.n = 0;
        Module<float>& layer = *network.layers()[0].module;
        ThreadPool pool(2);
        const auto values = [&] {
            std::vector<float> all;
            for (const auto& tensor : network.state()) std::ranges::copy(tensor.values, std::back_inserter(all));
            return all;
        };
        const auto before = values();
        const Tensor<float> x(images);
        for (const Mode mode : {Mode::train, Mode::eval}) {
            const auto& y = layer.forward(x, {pool, mode});
            QVERIFY(y.shape() == layer.output_shape(images));
            QCOMPARE(y.shape().size(), 0);
            const auto upstream = y;
            QVERIFY(layer.backward(upstream, {pool, mode}).shape() == images);
            for (const auto* p : layer.parameters()) {
                QVERIFY(std::ranges::all_of(p->gradient, [](float g) { return g == 0; }));
            }
        }
        QCOMPARE(values(), before);
    }

    /// backward() without an input gradient writes the same gradients of parameters.
    void leavesTheInputGradientOut_data() { addCases(); }
    void leavesTheInputGradientOut() {
        auto network = network_of<float>(current().make_float(), current().images);
        Module<float>& layer = *network.layers()[0].module;
        ThreadPool pool(1);
        const auto x = random_tensor<float>(current().images, 1);
        const auto gradient = random_tensor<float>(layer.forward(x, {pool}).shape(), 2);
        layer.backward(gradient, {pool}, true);
        const std::vector<float> expected(network.parameters().gradients().begin(),
                                          network.parameters().gradients().end());
        std::ranges::fill(network.parameters().gradients(), 7.0F);
        QCOMPARE(layer.backward(gradient, {pool}, false).shape().size(), 0);
        for (const auto* p : layer.parameters()) {
            const auto offset = p->gradient.data() - network.parameters().gradients().data();
            QVERIFY(std::equal(p->gradient.begin(), p->gradient.end(), expected.begin() + offset));
        }
    }

   private:
    void addCases() const {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < m_cases.size(); ++i) QTest::newRow(m_cases[i].name.c_str()) << static_cast<int>(i);
    }
    const Case& current() const {
        const auto* index = static_cast<const int*>(QTest::qData("index", QMetaType::Int));
        return m_cases[static_cast<std::size_t>(*index)];
    }

    const std::vector<Case> m_cases = layer_cases();
};

QTEST_APPLESS_MAIN(tst_LayerContract)
#include "tst_LayerContract.moc"
