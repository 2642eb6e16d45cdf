// Every network with every norm, before and behind the activation.
#include "core/nn/Models.h"
#include "core/optim/Optimizer.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/nn/NetworkProblem.h"

#include <QTest>

#include <algorithm>
#include <array>

using namespace normscope;
using namespace normscope::nn;
using namespace normscope::testing;

namespace {

constexpr std::array named_networks{"simple", "vgg", "resnet", "variable-input", "image-classifier", "mlp", "plain"};
constexpr std::array norm_types{"batch", "none", "layer", "instance", "group"};
constexpr std::array positions{"before_activation", "after_activation"};

bool same_state(const Network<double>& a, const Network<double>& b) {
    return std::ranges::equal(a.state(), b.state(), [](const auto& x, const auto& y) {
        return x.name == y.name && x.dims == y.dims && x.values == y.values && x.count == y.count;
    });
}

std::vector<double> logits(Network<double>& network, Mode mode, const Shape& images, int threads = 1) {
    ThreadPool pool(threads);
    const auto x = random_tensor<double>(images, 5);
    const auto y = network.forward(x, {pool, mode}).values();
    return {y.begin(), y.end()};
}

/// Relative error of the gradients of a few values of every parameter, all in one vector.
double gradient_error(Problem& problem) {
    problem.find_gradients();
    SampledGradients all;
    for (const auto* parameter : problem.network().parameters().parameters()) {
        const auto found = sample(problem, *parameter, 2);
        all.analytic.insert(all.analytic.end(), found.analytic.begin(), found.analytic.end());
        all.numeric.insert(all.numeric.end(), found.numeric.begin(), found.numeric.end());
    }
    return relative_distance<double, double>(all.analytic, all.numeric);
}

}  // namespace

class tst_EveryNetwork : public QObject {
    Q_OBJECT

   private slots:
    void learnsIsCopiedAndSaved_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("position");
        for (const QString name : named_networks) {
            for (const QString type : norm_types) {
                for (const QString position : positions) {
                    if (name == "mlp" && type == "instance") continue;
                    QTest::addRow("%s, %s, %s", qPrintable(name), qPrintable(type), qPrintable(position))
                        << name << type << position;
                }
            }
        }
    }
    void learnsIsCopiedAndSaved() {
        QFETCH(QString, name);
        QFETCH(QString, type);
        QFETCH(QString, position);
        ModelRecipe recipe;
        recipe.name = name.toStdString();
        recipe.norm.type = type.toStdString();
        recipe.norm_position = position.toStdString();
        Problem problem(recipe, 3, 8);
        const double error = gradient_error(problem);
        QVERIFY2(error <= 1e-6, QByteArray::number(error).constData());

        auto& network = problem.network();
        const double before = problem.loss();
        problem.find_gradients();
        optim::Options options;
        options.lr = 1e-3;
        optim::Optimizer<double>().step(network.parameters(), options);
        QVERIFY(problem.loss() < before);

        const Shape images{4, 8, 8, 1};
        logits(network, Mode::train, images);
        auto copy = network;
        QVERIFY(same_state(copy, network));
        auto other = make_network<double>(recipe, {0, 8, 8, 1}, 10);
        other.reset(77);
        other.load_state(network.state());
        QVERIFY(same_state(other, network));
        for (const Mode mode : {Mode::eval, Mode::train}) {
            const auto expected = logits(network, mode, images);
            QCOMPARE(logits(copy, mode, images, 2), expected);
            QCOMPARE(logits(other, mode, images, 4), expected);
        }
    }

    void hasCorrectGradientsWithEveryOption_data() {
        QTest::addColumn<QString>("option");
        for (const char* option : {"sigmoid", "leaky_relu", "ghost", "noise", "no conv bias", "not tracking"}) {
            QTest::newRow(option) << option;
        }
    }
    void hasCorrectGradientsWithEveryOption() {
        QFETCH(QString, option);
        ModelRecipe recipe;
        recipe.name = option == "sigmoid" ? "plain" : "resnet";
        recipe.activation = option == "sigmoid" || option == "leaky_relu" ? option.toStdString() : "relu";
        recipe.norm.ghost_batches = option == "ghost" ? 2 : 1;
        recipe.norm.noise = option == "noise" ? 0.7 : 0;
        recipe.norm.track_running_stats = option != "not tracking";
        recipe.conv_bias = option != "no conv bias";
        Problem problem(recipe, 5, 8);
        const double error = gradient_error(problem);
        QVERIFY2(error <= 1e-6, QByteArray::number(error).constData());
    }

    void refusesInstanceNormOnVectors() {
        ModelRecipe recipe;
        recipe.name = "mlp";
        recipe.norm.type = "instance";
        QCOMPARE(error_text([&] {
                     make_network<double>(recipe, {0, 8, 8, 1}, 10);
                 }),
                 "model 'mlp', layer 'norm1': InstanceNorm2d normalizes feature maps one by one, and a vector has only "
                 "one value a channel; choose another norm for vectors.");
    }

    /// One network, batches of 28×28 and 32×32 in turn.
    void takesTwoImageSizesInOneRun() {
        ModelRecipe recipe;
        recipe.name = "variable-input";
        auto network = make_network<float>(recipe, {0, 28, 28, 1}, 10);
        network.reset(1);
        optim::Optimizer<float> optimizer;
        ThreadPool pool(2);
        const std::array<std::int64_t, 6> labels{0, 3, 5, 1, 9, 2};
        std::vector<double> losses;
        for (int step = 0; step < 40; ++step) {
            const std::int64_t side = step % 2 == 0 ? 28 : 32;
            const auto x = random_tensor<float>({6, side, side, 1}, static_cast<std::uint64_t>(side));
            Tensor<float> gradient;
            const auto& y = network.forward(x, {pool});
            QVERIFY((y.shape() == Shape{6, 1, 1, 10}));
            losses.push_back(cross_entropy<float>(y, labels, &gradient).loss);
            network.backward(gradient, {pool});
            optimizer.step(network.parameters(), {});
        }
        QVERIFY2(losses[38] < 0.1 * losses[0] && losses[39] < 0.1 * losses[1],
                 QByteArray::number(losses[39]).constData());
    }

    void takesImagesOfManySizes_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"variable-input", "image-classifier", "resnet", "plain"}) QTest::newRow(name) << name;
    }
    void takesImagesOfManySizes() {
        QFETCH(QString, name);
        ModelRecipe recipe;
        recipe.name = name.toStdString();
        for (const Shape image : {Shape{0, 28, 28, 1}, Shape{0, 32, 32, 3}, Shape{0, 9, 14, 3}, Shape{0, 96, 64, 1}}) {
            auto network = make_network<float>(recipe, image, 7);
            network.reset(1);
            ThreadPool pool(1);
            const auto x = random_tensor<float>({2, image.h, image.w, image.c}, 1);
            QVERIFY((network.forward(x, {pool}).shape() == Shape{2, 1, 1, 7}));
        }
    }
};

QTEST_APPLESS_MAIN(tst_EveryNetwork)
#include "tst_EveryNetwork.moc"
