#include "core/nn/Models.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/nn/NetworkProblem.h"

#include <QTest>

using namespace normscope;
using namespace normscope::nn;
using namespace normscope::testing;

namespace {

ModelRecipe simple(const NormRecipe& norm) {
    ModelRecipe recipe;
    recipe.norm = norm;
    return recipe;
}

ModelRecipe named(const std::string& name) {
    ModelRecipe recipe;
    recipe.name = name;
    return recipe;
}

/// Full names of the leaves.
template <class S>
std::string names_of(const Network<S>& network) {
    std::string names;
    for (const auto* leaf : network.leaves()) names += leaf->name() + " ";
    return names;
}

}  // namespace

class tst_Models : public QObject {
    Q_OBJECT

   private slots:
    void namesSimplesLayers() {
        const ModelRecipe recipe;
        const auto network = make_network<float>(recipe, {0, 28, 28, 1}, 10);
        std::string names;
        for (const auto& layer : network.layers()) names += layer.name + ":" + layer.module->kind() + " ";
        QCOMPARE(names,
                 "conv1:Conv2d bn1:BatchNorm2d relu1:ReLU pool1:MaxPool2d conv2:Conv2d bn2:BatchNorm2d relu2:ReLU "
                 "pool2:MaxPool2d flatten:Flatten linear:Linear ");
    }

    void namesVggsLayers() {
        const auto network = make_network<float>(named("vgg"), {0, 32, 32, 3}, 10);
        const std::string names = names_of(network);
        QCOMPARE(names, "conv1 bn1 relu1 conv2 bn2 relu2 pool1 conv3 bn3 relu3 conv4 bn4 relu4 pool2 flatten linear ");
        QCOMPARE(network.layers()[7].module->output_shape({5, 16, 16, 32}).c, 64);
    }

    void namesResnetsLayersAsTorchvision() {
        const auto network = make_network<float>(named("resnet"), {0, 32, 32, 3}, 10);
        QCOMPARE(names_of(network),
                 "conv1 bn1 relu1 layer1.conv1 layer1.bn1 layer1.relu1 layer1.conv2 layer1.bn2 layer1.relu2 "
                 "layer2.conv1 layer2.bn1 layer2.relu1 layer2.conv2 layer2.bn2 layer2.downsample.0 "
                 "layer2.downsample.1 layer2.relu2 layer3.conv1 layer3.bn1 layer3.relu1 layer3.conv2 layer3.bn2 "
                 "layer3.downsample.0 layer3.downsample.1 layer3.relu2 pool1 flatten linear ");
        ModelRecipe deep = named("resnet");
        deep.depth = 2;
        deep.widths = {8, 12};
        const auto names = names_of(make_network<float>(deep, {0, 32, 32, 3}, 10));
        QVERIFY2(names.find("layer2.0.downsample.1 layer2.0.relu2 layer2.1.conv1") != std::string::npos, names.c_str());
    }

    void namesTheOtherNetworksLayers_data() {
        QTest::addColumn<QString>("names");
        QTest::newRow("variable-input") << "conv1 bn1 relu1 pool1 conv2 bn2 relu2 pool2 flatten linear ";
        QTest::newRow("image-classifier") << "conv1 bn1 relu1 pool1 pool2 flatten linear ";
        QTest::newRow("mlp") << "flatten linear1 bn1 relu1 linear2 ";
    }
    void namesTheOtherNetworksLayers() {
        QFETCH(QString, names);
        QCOMPARE(names_of(make_network<float>(named(QTest::currentDataTag()), {0, 28, 28, 1}, 10)),
                 names.toStdString());
    }

    void hasTheLayersOfTheBenchmark() {
        const auto network = make_network<float>(named("resnet"), {0, 32, 32, 3}, 10);
        std::int64_t count = 0;
        for (const auto* parameter : network.parameters().parameters()) count += parameter->size();
        // conv, norm: 3·16·9+16+32; 2·(16·16·9+16+32); 16·32·9+32+64, 32·32·9+32+64, 16·32+32+64; …
        QCOMPARE(count, 448 + 32 + 2 * (2320 + 32) + 4640 + 64 + 9248 + 64 + 544 + 64 + 18496 + 128 + 36928 + 128 +
                            2112 + 128 + 650);
    }

    void poolsWhileThePlainNetworksMapsAreLarge_data() {
        QTest::addColumn<int>("side");
        QTest::addColumn<int>("depth");
        QTest::addColumn<int>("pools");
        QTest::newRow("28") << 28 << 0 << 2;
        QTest::newRow("32") << 32 << 0 << 3;
        QTest::newRow("7") << 7 << 0 << 0;
        QTest::newRow("64, deep") << 64 << 20 << 4;
        QTest::newRow("64, shallow") << 64 << 8 << 2;
    }
    void poolsWhileThePlainNetworksMapsAreLarge() {
        QFETCH(int, side);
        QFETCH(int, depth);
        QFETCH(int, pools);
        ModelRecipe recipe = named("plain");
        recipe.depth = depth;
        const auto network = make_network<float>(recipe, {0, side, side, 1}, 10);
        const auto count = [&](const std::string& kind) {
            return static_cast<int>(
                std::ranges::count_if(network.leaves(), [&](const auto* leaf) { return leaf->kind() == kind; }));
        };
        QCOMPARE(count("MaxPool2d"), pools);
        QCOMPARE(count("Conv2d"), depth == 0 ? 12 : depth);
        QCOMPARE(count("BatchNorm2d"), depth == 0 ? 12 : depth);
    }

    void takesWidthsAndDepth() {
        ModelRecipe recipe = named("vgg");
        recipe.widths = {4, 6, 8};
        recipe.depth = 1;
        const auto network = make_network<float>(recipe, {0, 28, 28, 1}, 10);
        QCOMPARE(names_of(network),
                 "conv1 bn1 relu1 pool1 conv2 bn2 relu2 pool2 conv3 bn3 relu3 pool3 flatten linear ");
        QCOMPARE(network.leaves()[8]->output_shape({1, 7, 7, 6}).c, 8);
    }

    void refusesWidthsAndDepthsOutOfRange_data() {
        QTest::addColumn<QList<int>>("widths");
        QTest::addColumn<int>("depth");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("plain")
            << QList<int>{} << 7
            << "model.depth of the network 'plain' must be from 8 to 20, or 0 for its own 12, not 7.";
        QTest::newRow("vgg") << QList<int>{} << -1
                             << "model.depth of the network 'vgg' must be from 1 to 8, or 0 for its own 2, not -1.";
        QTest::newRow("mlp") << QList<int>{} << 2
                             << "model.depth: the network 'mlp' has no depth to set; leave it at 0.";
        QTest::newRow("simple") << QList{16, 0} << 0 << "model.widths[1] must be from 1 to 4096, not 0.";
        QTest::newRow("resnet") << QList{4097} << 0 << "model.widths[0] must be from 1 to 4096, not 4097.";
        QTest::newRow("image-classifier")
            << QList{8, 8} << 0 << "model.widths: the network 'image-classifier' takes 1 number, not 2.";
        QTest::newRow("variable-input") << QList{1, 1, 1, 1, 1, 1, 1, 1, 1} << 0
                                        << "model.widths: the network 'variable-input' takes 1 to 8 numbers, not 9.";
    }
    void refusesWidthsAndDepthsOutOfRange() {
        QFETCH(QList<int>, widths);
        QFETCH(int, depth);
        QFETCH(QString, sentence);
        ModelRecipe recipe = named(QTest::currentDataTag());
        recipe.widths.assign(widths.begin(), widths.end());
        recipe.depth = depth;
        QCOMPARE(error_text([&] { make_network<float>(recipe, {0, 28, 28, 1}, 10); }), sentence.toStdString());
    }

    void leavesNormLayersOut() {
        for (const char* name : {"simple", "vgg"}) {
            ModelRecipe recipe = named(name);
            recipe.norm.type = "none";
            const auto network = make_network<float>(recipe, {0, 28, 28, 1}, 10);
            QVERIFY(network.norm_layers().empty());
            for (const auto& layer : network.layers()) QVERIFY(layer.module->kind() != "BatchNorm2d");
        }
    }

    void givesNormLayersTheirOptions() {
        const NormRecipe norm{.eps = 0.5, .momentum = std::nullopt, .affine = false, .frozen = true};
        const auto network = make_network<float>(simple(norm), {0, 28, 28, 1}, 10);
        QCOMPARE(network.norm_layers().size(), 2U);
        for (const auto& [position, layer] : network.norm_layers()) {
            QCOMPARE(layer->options().eps, 0.5);
            QVERIFY(!layer->options().momentum && !layer->options().affine && layer->options().frozen);
            QVERIFY(layer->options().track_running_stats);
        }
    }

    void refusesUnknownNames() {
        ModelRecipe recipe;
        recipe.name = "alexnet";
        QCOMPARE(error_text([&] {
                     make_network<float>(recipe, {0, 28, 28, 1}, 10);
                 }),
                 "model.name: there is no network \"alexnet\"; this version has: simple, vgg, resnet, variable-input, "
                 "image-classifier, mlp, plain, custom.");
    }

    void refusesImagesTooSmall() {
        const ModelRecipe recipe;
        const auto text = error_text([&] { make_network<float>(recipe, {0, 3, 3, 1}, 10); });
        QVERIFY2(text.starts_with("model 'simple' cannot take images of 3×3 pixels: MaxPool2d"), text.c_str());
    }

    void matchesCentralDifferences_data() {
        QTest::addColumn<int>("images");
        QTest::addColumn<int>("side");
        QTest::addColumn<bool>("affine");
        QTest::addColumn<bool>("frozen");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("type");
        QTest::newRow("train") << 3 << 8 << true << false << "simple"
                               << "batch";
        QTest::newRow("one image, odd size") << 1 << 9 << true << false << "simple"
                                             << "batch";
        QTest::newRow("not affine") << 4 << 6 << false << false << "simple"
                                    << "batch";
        QTest::newRow("frozen") << 3 << 6 << true << true << "simple"
                                << "batch";
        QTest::newRow("no norm") << 3 << 6 << true << false << "simple"
                                 << "none";
        QTest::newRow("vgg") << 2 << 6 << true << false << "vgg"
                             << "batch";
    }
    void matchesCentralDifferences() {
        QFETCH(int, images);
        QFETCH(int, side);
        QFETCH(bool, affine);
        QFETCH(bool, frozen);
        QFETCH(QString, name);
        QFETCH(QString, type);
        ModelRecipe recipe = named(name.toStdString());
        recipe.norm.type = type.toStdString();
        recipe.norm.affine = affine;
        recipe.norm.frozen = frozen;
        Problem problem(recipe, images, side);
        problem.find_gradients();
        for (const auto& layer : problem.network().layers()) {
            for (const auto* parameter : layer.module->parameters()) {
                const auto [analytic, numeric] = sample(problem, *parameter);
                // In front of a norm layer that uses the batch, a bias has no gradient.
                if (!frozen && type == "batch" && layer.module->kind() == "Conv2d" && parameter->name == "bias") {
                    for (const double g : analytic) QVERIFY(std::abs(g) < 1e-14);
                    continue;
                }
                const double error = relative_distance<double, double>(analytic, numeric);
                const auto message = layer.name + "." + parameter->name + ": " + std::to_string(error * 1e6) + "e-6";
                QVERIFY2(error <= 1e-6, message.c_str());
            }
        }
    }
};

QTEST_APPLESS_MAIN(tst_Models)
#include "tst_Models.moc"
