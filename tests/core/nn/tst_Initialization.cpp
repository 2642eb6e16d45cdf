#include "core/nn/Conv2d.h"
#include "core/nn/Initialization.h"
#include "core/nn/Models.h"
#include "tests/core/nn/LayerUnderTest.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <map>

using namespace normscope;
using namespace normscope::nn;
using namespace normscope::testing;

namespace {

/// Values in PyTorch's order, filled from a fixed stream.
template <class S>
std::vector<S> filled(Parameter<S> parameter, std::int64_t fan_in, std::uint64_t seed = 1) {
    const ParameterArena<S> arena({&parameter});
    fill_kaiming_uniform(parameter, fan_in, RandomStream(seed, "init/test"));
    return to_torch_order<S>(parameter, parameter.value);
}

std::map<std::string, std::vector<float>> initial_state(std::uint64_t seed, const NormRecipe& norm = {}) {
    ModelRecipe recipe;
    recipe.norm = norm;
    auto network = make_network<float>(recipe, {0, 28, 28, 1}, 10);
    network.reset(seed);
    std::map<std::string, std::vector<float>> state;
    for (const auto& tensor : network.state()) state[tensor.name] = tensor.values;
    return state;
}

}  // namespace

class tst_Initialization : public QObject {
    Q_OBJECT

   private slots:
    void isUniformWithinOneOverRootOfFanIn_data() {
        QTest::addColumn<int>("fan_in");
        for (const int fan_in : {1, 9, 144, 1568}) QTest::addRow("fan_in %d", fan_in) << fan_in;
    }
    void isUniformWithinOneOverRootOfFanIn() {
        QFETCH(int, fan_in);
        constexpr std::int64_t count = 100'000;
        const double bound = 1 / std::sqrt(fan_in);
        double sum = 0, squares = 0, largest = 0;
        for (const float value : filled<float>({.name = "weight", .dims = {count}}, fan_in)) {
            sum += value;
            squares += static_cast<double>(value) * value;
            largest = std::max(largest, std::abs(static_cast<double>(value)));
        }
        QVERIFY(largest <= bound * (1 + 1e-6));
        QVERIFY(largest > bound * 0.999);
        // Standard deviations of the mean and of the variance of `count` uniform values: 5 of them.
        const double variance = bound * bound / 3;
        QVERIFY(std::abs(sum / count) < 5 * std::sqrt(variance / count));
        QVERIFY(std::abs(squares / count / variance - 1) < 5 * std::sqrt(0.8 / count));
    }

    void boundsEveryLayer_data() {
        QTest::addColumn<QString>("layer");
        QTest::addColumn<int>("fan_in");
        QTest::newRow("conv1") << "conv1" << 9;
        QTest::newRow("conv2") << "conv2" << 16 * 9;
        QTest::newRow("linear") << "linear" << 32 * 49;
    }
    void boundsEveryLayer() {
        QFETCH(QString, layer);
        QFETCH(int, fan_in);
        const auto state = initial_state(1);
        for (const char* name : {".weight", ".bias"}) {
            const auto& values = state.at(layer.toStdString() + name);
            const auto [least, most] = std::ranges::minmax(values);
            const double bound = 1 / std::sqrt(fan_in);
            QVERIFY(least >= -bound * (1 + 1e-6) && most <= bound * (1 + 1e-6));
            QVERIFY(most - least > bound);
        }
    }

    void setsNormLayersToOneAndZero() {
        const auto state = initial_state(1);
        QVERIFY(std::ranges::all_of(state.at("bn1.weight"), [](float v) { return v == 1; }));
        QVERIFY(std::ranges::all_of(state.at("bn1.bias"), [](float v) { return v == 0; }));
        QVERIFY(std::ranges::all_of(state.at("bn2.running_mean"), [](float v) { return v == 0; }));
        QVERIFY(std::ranges::all_of(state.at("bn2.running_var"), [](float v) { return v == 1; }));
    }

    void isRepeatable() {
        QVERIFY(initial_state(5) == initial_state(5));
        QVERIFY(initial_state(5).at("conv1.weight") != initial_state(6).at("conv1.weight"));
    }

    void hasAStreamForEachParameter() {
        const auto state = initial_state(5);
        const auto& first = state.at("conv2.weight");
        QVERIFY(!std::equal(first.begin(), first.begin() + 10, state.at("linear.weight").begin()));
        // The same stream would give the same signs: bounds scale values only.
        const auto signs = [](const std::vector<float>& values) {
            std::vector<bool> negative;
            for (int i = 0; i < 16; ++i) negative.push_back(values[i] < 0);
            return negative;
        };
        QVERIFY(signs(state.at("conv1.weight")) != signs(state.at("conv1.bias")));
        QVERIFY(signs(state.at("conv1.weight")) != signs(state.at("conv2.weight")));
    }

    void doesNotDependOnTheNormLayers() {
        const auto with = initial_state(5);
        const auto without = initial_state(5, {.affine = false, .track_running_stats = false});
        for (const char* name : {"conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias", "linear.weight"}) {
            QVERIFY(with.at(name) == without.at(name));
        }
    }

    void doesNotDependOnTheLayout() {
        const auto plain = filled<float>({.name = "weight", .dims = {4, 3, 2, 2}}, 12);
        QCOMPARE(filled<float>({.name = "weight", .dims = {4, 3, 2, 2}, .layout = Layout::conv_hwio}, 12), plain);
        QCOMPARE(filled<float>({.name = "weight", .dims = {4, 12}, .layout = Layout::linear_hwc, .hwc = {2, 2, 3}}, 12),
                 plain);
    }

    void isTheSameInDouble() {
        const auto single = filled<float>({.name = "weight", .dims = {50}}, 7);
        const auto in_double = filled<double>({.name = "weight", .dims = {50}}, 7);
        QVERIFY(std::ranges::equal(single, in_double));
    }
};

QTEST_APPLESS_MAIN(tst_Initialization)
#include "tst_Initialization.moc"
