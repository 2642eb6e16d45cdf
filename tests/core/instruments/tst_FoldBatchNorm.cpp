#include "core/instruments/FoldBatchNorm.h"
#include "tests/core/instruments/NetworksUnderTest.h"

#include <QTest>

using namespace normscope;
using namespace normscope::instruments;
using namespace normscope::testing;

namespace {

template <class S>
std::vector<S> logits_of(nn::Network<S> network, const Shape& image) {
    ThreadPool pool(1);
    const auto x = random_tensor<S>({5, image.h, image.w, image.c}, 1);
    const auto y = network.forward(x, {pool, nn::Mode::eval}).values();
    return {y.begin(), y.end()};
}

/// flatten-linear-bn-relu-linear.
template <class S>
nn::Network<S> vector_network() {
    Layers<S> layers;
    layers.push_back({"flatten", std::make_unique<nn::Flatten<S>>()});
    layers.push_back({"fc1", std::make_unique<nn::Linear<S>>(typename nn::Linear<S>::Options{
                                 .in_features = 32, .out_features = 6, .flattened = {1, 4, 4, 2}})});
    add_norm<S>(layers, "bn1", {.channels = 6});
    add_relu(layers, "relu1");
    layers.push_back(
        {"fc2", std::make_unique<nn::Linear<S>>(typename nn::Linear<S>::Options{.in_features = 6, .out_features = 3})});
    nn::Network<S> network("vectors", std::move(layers), {0, 4, 4, 2});
    randomize(network, 2);
    return network;
}

/// norm in front, conv-relu-norm, conv-norm-norm, and a chain within the chain.
template <class S>
nn::Network<S> odd_network(const typename nn::BatchNorm2d<S>::Options& inner = {.channels = 3}) {
    Layers<S> layers, chain;
    add_norm<S>(layers, "first", {.channels = 1});
    add_conv(layers, "conv1", 1, 3);
    add_relu(layers, "relu1");
    add_norm<S>(layers, "late", {.channels = 3});
    add_conv(chain, "0", 3, 3, /*bias=*/false);
    add_norm<S>(chain, "1", inner);
    add_norm<S>(chain, "2", {.channels = 3, .affine = false});
    layers.push_back({"chain", std::make_unique<nn::Sequential<S>>(std::move(chain))});
    layers.push_back({"flatten", std::make_unique<nn::Flatten<S>>()});
    layers.push_back({"fc", std::make_unique<nn::Linear<S>>(
                                typename nn::Linear<S>::Options{.in_features = 48, .flattened = {1, 4, 4, 3}})});
    nn::Network<S> network("odd", std::move(layers), {0, 4, 4, 1});
    randomize(network, 3);
    return network;
}

template <class S>
std::string names_of(const nn::Network<S>& network) {
    std::string names;
    for (const auto& tensor : network.state()) names += tensor.name + " ";
    return names;
}

template <class S>
std::vector<nn::Network<S>> networks() {
    ModelRecipe vgg;
    vgg.name = "vgg";
    std::vector<nn::Network<S>> all;
    all.push_back(nn::make_network<S>(vgg, {0, 8, 8, 3}, 5));
    randomize(all.back(), 4);
    all.push_back(residual_network<S>());
    all.push_back(vector_network<S>());
    all.push_back(odd_network<S>());
    return all;
}

}  // namespace

class tst_FoldBatchNorm : public QObject {
    Q_OBJECT

   private slots:
    void keepsTheLogits() {
        for (const auto& network : networks<float>()) {
            const auto folded = fold_batch_norm(network).network;
            QVERIFY(apart(logits_of(folded, network.image_shape()), logits_of(network, network.image_shape())) < 1e-5);
        }
    }

    void keepsTheLogitsInDouble() {
        for (const auto& network : networks<double>()) {
            const auto folded = fold_batch_norm(network).network;
            QVERIFY(apart(logits_of(folded, network.image_shape()), logits_of(network, network.image_shape())) < 1e-12);
        }
    }

    void leavesNoNormLayerBehindConvolutions() {
        const auto network = residual_network<float>();
        const auto folded = fold_batch_norm(network);
        QVERIFY(folded.network.norm_layers().empty());
        QCOMPARE(names_of(folded.network),
                 "conv1.weight conv1.bias block.conv1.weight block.conv1.bias block.conv2.weight block.conv2.bias "
                 "block.downsample.0.weight block.downsample.0.bias fc.weight fc.bias ");
        QCOMPARE(folded.network.name(), network.name());
        QCOMPARE(folded.records.size(), 4U);
        QCOMPARE(folded.records[3].norm, "block.downsample.1");
        QCOMPARE(folded.records[3].into, "block.downsample.0");
        QCOMPARE(folded.records[3].sentence, "'block.downsample.1' was folded into 'block.downsample.0'.");
    }

    void keepsWhatNoLinearLayerCanTake() {
        const auto folded = fold_batch_norm(odd_network<float>());
        std::vector<std::string> sentences;
        for (const auto& record : folded.records) sentences.push_back(record.sentence);
        QCOMPARE(sentences, (std::vector<std::string>{
                                "'first' was kept: no layer stands directly before it.",
                                "'late' was kept: the layer before it, 'relu1' (ReLU), is neither a convolution nor a "
                                "linear layer.",
                                "'chain.1' was folded into 'chain.0'.", "'chain.2' was folded into 'chain.0'."}));
        QVERIFY(!folded.records[0].is_folded() && folded.records[2].is_folded());
        QCOMPARE(folded.network.norm_layers().size(), 2U);
        QCOMPARE(folded.network.norm_layers()[1].second->name(), "late");
    }

    void keepsNormLayersWithoutBuffers() {
        const auto network = odd_network<float>({.channels = 3, .track_running_stats = false});
        const auto folded = fold_batch_norm(network);
        QCOMPARE(folded.records[2].sentence,
                 "'chain.1' was kept: it has no running statistics (track_running_stats is off).");
        QCOMPARE(folded.records[3].sentence,
                 "'chain.2' was kept: the layer before it, 'chain.1' (BatchNorm2d), is neither a convolution nor a "
                 "linear layer.");
        QVERIFY(apart(logits_of(folded.network, {0, 4, 4, 1}), logits_of(network, {0, 4, 4, 1})) < 1e-6);
    }

    void foldsByHand() {
        Layers<double> layers;
        add_conv(layers, "conv", 1, 1, /*bias=*/false);
        add_norm<double>(layers, "bn", {.channels = 1, .eps = 1});
        nn::Network<double> network("one", std::move(layers), {0, 3, 3, 1});
        auto& norm = *network.norm_layers()[0].second;
        network.leaves()[0]->parameters()[0]->value[4] = 6;
        norm.parameters()[0]->value[0] = 2;
        norm.parameters()[1]->value[0] = 5;
        norm.running_mean()[0] = 4;
        norm.running_var()[0] = 15;  // is = 1/4, γ·is = 1/2
        const auto folded = fold_batch_norm(network).network;
        QCOMPARE(folded.leaves()[0]->parameters()[0]->value[4], 3.0);
        QCOMPARE(folded.leaves()[0]->parameters()[1]->value[0], 5.0 - 4.0 / 2.0);
    }

    void leavesTheNetworkAlone() {
        const auto network = residual_network<float>();
        const auto before = everything_of(network);
        fold_batch_norm(network);
        QCOMPARE(everything_of(network), before);
    }
};

QTEST_APPLESS_MAIN(tst_FoldBatchNorm)
#include "tst_FoldBatchNorm.moc"
