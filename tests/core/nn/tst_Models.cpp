#include "core/nn/CrossEntropy.h"
#include "core/nn/Models.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/nn/TensorTools.h"

#include <QTest>

#include <array>

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

/// The network with one batch; its loss is a function of the parameters.
class Problem {
   public:
    Problem(const ModelRecipe& recipe, std::int64_t images, std::int64_t side)
        : m_network(make_network<double>(recipe, {0, side, side, 1}, 10)),
          m_x(random_tensor<double>({images, side, side, 1}, 21)),
          m_pool(1) {
        m_network.reset(3);
        for (const auto& [position, layer] : m_network.norm_layers()) {
            for (auto* parameter : layer->parameters()) fill_normal<double>(parameter->value, 30, 1, 0.3);
        }
        RandomStream stream(1, "labels");
        for (std::int64_t n = 0; n < images; ++n) m_labels.push_back(stream.below(10));
    }

    Network<double>& network() { return m_network; }
    double loss() { return cross_entropy<double>(m_network.forward(m_x, pass()), m_labels, nullptr).loss; }
    void find_gradients() {
        Tensor<double> gradient;
        cross_entropy<double>(m_network.forward(m_x, pass()), m_labels, &gradient);
        m_network.backward(gradient, pass());
    }

   private:
    Pass pass() { return {m_pool, Mode::train, /*update_buffers=*/false}; }

    Network<double> m_network;
    Tensor<double> m_x;
    std::vector<std::int64_t> m_labels;
    ThreadPool m_pool;
};

/// A random choice of a parameter's values: analytic and numeric gradients.
struct SampledGradients {
    std::vector<double> analytic;
    std::vector<double> numeric;
};

SampledGradients sample(Problem& problem, const Parameter<double>& parameter) {
    constexpr double h = 1e-6;
    SampledGradients found;
    auto order = permutation(parameter.size(), RandomStream(1, "sample"));
    order.resize(std::min<std::size_t>(order.size(), 40));
    for (const auto i : order) {
        double& value = parameter.value[i];
        const double before = value;
        value = before + h;
        const double above = problem.loss();
        value = before - h;
        const double below = problem.loss();
        value = before;
        found.analytic.push_back(parameter.gradient[i]);
        found.numeric.push_back((above - below) / (2 * h));
    }
    return found;
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
        std::string names;
        for (const auto& layer : network.layers()) names += layer.name + " ";
        QCOMPARE(names, "conv1 bn1 relu1 conv2 bn2 relu2 pool1 conv3 bn3 relu3 conv4 bn4 relu4 pool2 flatten linear ");
        QCOMPARE(network.layers()[7].module->output_shape({5, 16, 16, 32}).c, 64);
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
                 "model.name: there is no network 'alexnet'; this version has: simple, vgg.");
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
