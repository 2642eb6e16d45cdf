#include "core/nn/NetworkBuilder.h"

#include "core/nn/BatchNorm1d.h"
#include "core/nn/MemoryEstimate.h"
#include "core/nn/Models.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/nn/TensorTools.h"

#include <QTest>

#include <algorithm>

using namespace normscope;
using namespace normscope::nn;
using namespace normscope::testing;

namespace {

LayerRecipe layer(const std::string& word, const std::string& name = "") {
    LayerRecipe recipe;
    recipe.layer = word;
    recipe.name = name;
    return recipe;
}

LayerRecipe conv(std::int64_t channels, std::int64_t kernel = 3, std::int64_t padding = 1, std::int64_t stride = 0) {
    LayerRecipe recipe = layer("Conv2d");
    recipe.out_channels = channels;
    recipe.kernel_size = kernel;
    recipe.padding = padding;
    recipe.stride = stride;
    return recipe;
}

LayerRecipe pool(const std::string& word, std::int64_t kernel) {
    LayerRecipe recipe = layer(word);
    recipe.kernel_size = kernel;
    return recipe;
}

LayerRecipe container(const std::string& word, std::vector<LayerRecipe> layers) {
    LayerRecipe recipe = layer(word);
    recipe.layers = std::move(layers);
    return recipe;
}

ModelRecipe custom(std::vector<LayerRecipe> layers) {
    ModelRecipe recipe;
    recipe.name = "custom";
    recipe.layers = std::move(layers);
    return recipe;
}

std::vector<LayerRecipe> with_classifier(std::vector<LayerRecipe> layers) {
    layers.push_back(layer("Flatten"));
    layers.push_back(layer("Linear"));
    return layers;
}

Network<float> build(const ModelRecipe& recipe, const Shape& image = {0, 8, 8, 3}) {
    auto network = make_network<float>(recipe, image, 10);
    network.reset(1);
    return network;
}

/// "name:kind" of all leaves.
std::string leaves_of(const Network<float>& network) {
    std::string text;
    for (const auto* leaf : network.leaves()) text += leaf->name() + ":" + leaf->kind() + " ";
    return text;
}

std::string refusal(const ModelRecipe& recipe, const Shape& image = {0, 8, 8, 3}) {
    return error_text([&] { build(recipe, image); });
}

std::vector<double> logits(Network<float>& network) {
    ThreadPool threads(1);
    const auto x = random_tensor<float>({4, 8, 8, 3}, 1);
    return nchw_of(network.forward(x, {threads}));
}

}  // namespace

class tst_NetworkBuilder : public QObject {
    Q_OBJECT

   private slots:
    void knowsEveryWord() {
        auto residual = container("Residual", {conv(6), layer("norm")});
        residual.shortcut = {conv(6, 1, 0), layer("BatchNorm2d")};
        residual.after = {layer("activation")};
        auto recipe =
            custom({conv(6), layer("BatchNorm2d"), layer("ReLU"), layer("GroupNorm", "g"), layer("Sigmoid"),
                    layer("InstanceNorm2d"), layer("LeakyReLU"), layer("LayerNorm"), pool("MaxPool2d", 2),
                    container("Sequential", {conv(6), pool("AvgPool2d", 2)}), residual, layer("AdaptiveAvgPool2d"),
                    layer("Flatten"), layer("BatchNorm1d"), layer("Dropout"), layer("Linear", "fc")});
        recipe.norm.groups = 3;
        const auto network = build(recipe);
        QCOMPARE(leaves_of(network),
                 "conv1:Conv2d bn1:BatchNorm2d relu1:ReLU g:GroupNorm act1:Sigmoid norm1:InstanceNorm2d "
                 "act2:LeakyReLU norm2:LayerNorm pool1:MaxPool2d block1.conv1:Conv2d block1.pool1:AvgPool2d "
                 "layer1.conv1:Conv2d layer1.bn1:BatchNorm2d layer1.downsample.0:Conv2d "
                 "layer1.downsample.1:BatchNorm2d layer1.relu1:ReLU pool2:AdaptiveAvgPool2d flatten:Flatten "
                 "bn2:BatchNorm1d dropout1:Dropout fc:Linear ");
        for (const auto word : layer_words()) QVERIFY2(!word.empty(), word.data());
    }

    void putsTheNormOfTheRecipe_data() {
        QTest::addColumn<QString>("leaves");
        QTest::newRow("batch") << "bn1:BatchNorm2d flatten:Flatten linear1:Linear bn2:BatchNorm1d linear2:Linear ";
        QTest::newRow("none") << "flatten:Flatten linear1:Linear linear2:Linear ";
        QTest::newRow("group") << "norm1:GroupNorm flatten:Flatten linear1:Linear norm2:GroupNorm linear2:Linear ";
        QTest::newRow("layer") << "norm1:GroupNorm flatten:Flatten linear1:Linear norm2:LayerNorm linear2:Linear ";
    }
    void putsTheNormOfTheRecipe() {
        QFETCH(QString, leaves);
        LayerRecipe wide = layer("Linear");
        wide.out_features = 6;
        ModelRecipe recipe = custom({layer("norm"), layer("Flatten"), wide, layer("norm"), layer("Linear")});
        recipe.norm.type = QTest::currentDataTag();
        recipe.norm.groups = 3;
        QCOMPARE(leaves_of(build(recipe)), leaves.toStdString());
    }

    void givesNormsTheirOptions() {
        ModelRecipe recipe = custom(with_classifier({conv(6), layer("norm")}));
        recipe.norm.eps = 0.25;
        recipe.norm.frozen_affine = true;
        recipe.norm.ghost_batches = 2;
        const auto network = build(recipe);
        const auto& norm = network.norm_layers().at(0).second->options();
        QVERIFY(norm.eps == 0.25 && norm.frozen_affine && norm.ghost_batches == 2);
        for (const char* type : {"layer", "instance", "group"}) {
            recipe.norm.type = type;
            recipe.norm.groups = 2;
            const auto other = build(recipe);
            auto copy = other;
            for (const Network<float>* found : {&other, static_cast<const Network<float>*>(&copy)}) {
                const auto& of_image = dynamic_cast<const NormLayer<float>&>(*found->leaves()[1]);
                QVERIFY(of_image.eps() == 0.25 && of_image.frozen_affine());
                for (const auto* p : found->leaves()[1]->parameters()) QVERIFY(!p->trainable && p->of_norm);
            }
        }
    }

    void addsNoiseBehindBatchNorms() {
        ModelRecipe recipe = custom(with_classifier({conv(6), layer("norm"), layer("activation")}));
        recipe.norm.noise = 1;
        QCOMPARE(leaves_of(build(recipe)),
                 "conv1:Conv2d bn1:BatchNorm2d noise1:NormNoise relu1:ReLU flatten:Flatten linear:Linear ");
        recipe.norm_position = "after_activation";
        QCOMPARE(leaves_of(build(recipe)),
                 "conv1:Conv2d relu1:ReLU bn1:BatchNorm2d noise1:NormNoise flatten:Flatten linear:Linear ");
    }

    void swapsNormAndActivationEverywhere() {
        ModelRecipe recipe;
        recipe.name = "resnet";
        recipe.norm_position = "after_activation";
        recipe.widths = {4, 6};
        QCOMPARE(leaves_of(build(recipe)),
                 "conv1:Conv2d relu1:ReLU bn1:BatchNorm2d "
                 "layer1.conv1:Conv2d layer1.relu1:ReLU layer1.bn1:BatchNorm2d layer1.conv2:Conv2d "
                 "layer1.relu2:ReLU layer1.bn2:BatchNorm2d "
                 "layer2.conv1:Conv2d layer2.relu1:ReLU layer2.bn1:BatchNorm2d layer2.conv2:Conv2d "
                 "layer2.downsample.0:Conv2d layer2.downsample.1:BatchNorm2d layer2.relu2:ReLU layer2.bn2:BatchNorm2d "
                 "pool1:AdaptiveAvgPool2d flatten:Flatten linear:Linear ");
    }

    void choosesTheActivation() {
        ModelRecipe recipe = custom(with_classifier({layer("activation")}));
        recipe.activation = "leaky_relu";
        QCOMPARE(leaves_of(build(recipe)), "act1:LeakyReLU flatten:Flatten linear:Linear ");
        recipe.activation = "tanh";
        QCOMPARE(refusal(recipe),
                 "model.layers[0] 'act1': model.activation must be relu, sigmoid or leaky_relu, not \"tanh\".");
    }

    void leavesConvolutionsWithoutBias() {
        ModelRecipe recipe = custom(with_classifier({conv(6)}));
        recipe.conv_bias = false;
        std::string names;
        for (const auto& tensor : build(recipe).state()) names += tensor.name + " ";
        QCOMPARE(names, "conv1.weight linear.weight linear.bias ");
        recipe.layers.back().bias = false;
        names.clear();
        for (const auto& tensor : build(recipe).state()) names += tensor.name + " ";
        QCOMPARE(names, "conv1.weight linear.weight ");
    }

    void numbersPastNamesThatAreTaken() {
        LayerRecipe named = conv(4);
        named.name = "conv1";
        QCOMPARE(leaves_of(build(custom({conv(4), named, layer("Flatten"), layer("Linear")}))),
                 "conv2:Conv2d conv1:Conv2d flatten:Flatten linear:Linear ");
    }

    /// Files have PyTorch's order of features wherever the Flatten stands.
    void keepsPyTorchsOrderOfFeatures() {
        LayerRecipe dropout = layer("Dropout");
        dropout.p = 0;
        auto fast = build(custom({layer("Flatten"), dropout, layer("Linear")}));
        auto slow = build(custom({container("Sequential", {layer("Flatten")}), dropout, layer("Linear")}));
        slow.load_state(fast.state());
        const auto expected = logits(fast), found = logits(slow);
        QVERIFY((relative_distance<double, double>(found, expected) < 1e-6));
        QCOMPARE(fast.leaves()[2]->parameters()[0]->layout, Layout::linear_hwc);
        QCOMPARE(slow.leaves()[2]->parameters()[0]->layout, Layout::plain);

        auto network = build(custom({layer("Flatten"), layer("BatchNorm1d"), layer("Linear")}));
        logits(network);
        const auto x = random_tensor<float>({4, 8, 8, 3}, 1);
        // Feature 64 + 2·8 + 5 is channel 1, row 2, column 5.
        double mean = 0;
        for (int n = 0; n < 4; ++n) mean += x.at(n, 2, 5, 1) / 4.0;
        QVERIFY(std::abs(network.norm_layers()[0].second->batch_mean()[85] - mean) < 1e-7);
    }

    void namesTheLayerAtFault_data();
    void namesTheLayerAtFault();

    void refusesGroupsThatDoNotDivide() {
        ModelRecipe recipe;
        recipe.norm.type = "group";
        recipe.norm.groups = 5;
        QCOMPARE(refusal(recipe),
                 "model 'simple', layer 'norm1': GroupNorm: num_channels must be divisible by num_groups, and 16 is "
                 "not by 5.");
    }

    void refusesNamedNetworksForSmallImages() {
        const ModelRecipe recipe;
        QCOMPARE(refusal(recipe, {0, 3, 3, 1}),
                 "model 'simple' cannot take images of 3×3 pixels: MaxPool2d: a window of size 2 does not fit into "
                 "input size [1, 32] (layer 'pool2').");
    }

    void refusesWhatTheMemoryCannotHold() {
        const auto text = refusal(custom(with_classifier({conv(60000), layer("Flatten"), []() {
                                                              LayerRecipe wide = layer("Linear");
                                                              wide.out_features = 60000;
                                                              return wide;
                                                          }()})));
        QVERIFY2(text.starts_with("model.layers[2] 'linear1': up to here the network would need about ") &&
                     text.find(" GB of memory, and this machine has ") != std::string::npos,
                 text.c_str());
        ModelRecipe recipe;
        recipe.name = "vgg";
        const auto of_batch = error_text([&] { make_network<float>(recipe, {0, 224, 224, 3}, 10, 1'000'000'000); });
        QVERIFY2(of_batch.starts_with("model 'vgg', layer 'conv1': up to here the network would need about ") &&
                     of_batch.find("with 1000000000 images a batch") != std::string::npos,
                 of_batch.c_str());
    }

    void writesBytes() {
        QCOMPARE(bytes_text(40e6), "40 MB");
        QCOMPARE(bytes_text(1.26e9), "1.3 GB");
        QCOMPARE(bytes_text(312e9), "312 GB");
        QVERIFY(machine_bytes() > 1e8);
    }
};

void tst_NetworkBuilder::namesTheLayerAtFault_data() {
    QTest::addColumn<int>("row");
    QTest::addColumn<QString>("sentence");
    auto add = [row = 0](const char* tag, const char* sentence) mutable { QTest::newRow(tag) << row++ << sentence; };
    add("kernel", "model.layers[1] 'conv2': Conv2d: the kernel of size 9 does not fit into input size [1, 4, 8, 8].");
    add("word", "model.layers[0] 'Conv3d': there is no layer \"Conv3d\"; did you mean \"Conv2d\"?");
    add("channels", "model.layers[0] 'conv1': out_channels must be from 1 to 65536, not 0.");
    add("vectors", "model.layers[1] 'conv1': Conv2d needs feature maps, got vectors of input size [1, 192].");
    add("maps",
        "model.layers[0] 'linear': Linear needs vectors, got feature maps of input size [1, 3, 8, 8]; put a "
        "Flatten in front of it.");
    add("inside",
        "model.layers[0].layers[0] 'block1.pool1': MaxPool2d: a window of size 9 does not fit into input size [1, 3, "
        "8, 8].");
    add("addition",
        "model.layers[0] 'layer1': the residual block adds [1, 5, 8, 8] and, from its shortcut, [1, 3, 8, 8], which "
        "must have the same shape.");
    add("name",
        "model.layers[0] 'a.b': the name \"a.b\" must be made of at most 64 letters, digits and _ (without "
        "accents).");
    add("twice", "model.layers[1] 'a': another layer beside it has the name \"a\" too.");
    add("end",
        "model.layers: the network ends in feature maps of size [1, 4, 8, 8], and 10 classes need a last layer "
        "of as many: a Flatten and a Linear layer without out_features.");
    add("dropout", "model.layers[0] 'dropout1': Dropout: the probability has to be between 0 and 1, not 1.5.");
    add("pad",
        "model.layers[0] 'pool1': MaxPool2d: pad should be at most half of kernel size, but got pad=2 and "
        "kernel_size=2.");
    add("none", "model.layers must hold at least one layer.");
    add("maps for BatchNorm1d",
        "model.layers[0] 'bn1': BatchNorm1d needs vectors, got feature maps of input size [1, "
        "3, 8, 8]; BatchNorm2d takes them.");
}

void tst_NetworkBuilder::namesTheLayerAtFault() {
    QFETCH(int, row);
    QFETCH(QString, sentence);
    LayerRecipe half = layer("Dropout"), padded = pool("MaxPool2d", 2);
    half.p = 1.5;
    padded.padding = 2;
    const std::vector<std::vector<LayerRecipe>> faults{
        {conv(4), conv(4, 9, 0)},
        {layer("Conv3d")},
        {conv(0)},
        {layer("Flatten"), conv(4)},
        {layer("Linear")},
        {container("Sequential", {pool("MaxPool2d", 9)})},
        {container("Residual", {conv(5)})},
        {layer("ReLU", "a.b")},
        {layer("ReLU", "a"), layer("ReLU", "a")},
        {conv(4)},
        {half},
        {padded},
        {},
        {layer("BatchNorm1d")},
    };
    QCOMPARE(refusal(custom(faults[static_cast<std::size_t>(row)])), sentence.toStdString());
}

QTEST_APPLESS_MAIN(tst_NetworkBuilder)
#include "tst_NetworkBuilder.moc"
