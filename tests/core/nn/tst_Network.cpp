#include "core/nn/Flatten.h"
#include "core/nn/Linear.h"
#include "core/nn/Models.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/nn/TensorTools.h"

#include <QTest>

#include <algorithm>

using namespace normscope;
using namespace normscope::nn;
using namespace normscope::testing;

namespace {

Network<float> small_network(const NormRecipe& norm = {}) {
    ModelRecipe recipe;
    recipe.norm = norm;
    auto network = make_network<float>(recipe, {0, 8, 8, 1}, 3);
    network.reset(1);
    return network;
}

std::string names_of(const Network<float>& network) {
    std::string names;
    for (const auto& tensor : network.state()) names += tensor.name + " ";
    return names;
}

std::vector<float> logits(Network<float>& network, Mode mode) {
    ThreadPool pool(1);
    const auto x = random_tensor<float>({4, 8, 8, 1}, 1);
    const auto y = network.forward(x, {pool, mode}).values();
    return {y.begin(), y.end()};
}

bool operator==(const StateTensor<float>& a, const StateTensor<float>& b) {
    return a.name == b.name && a.dims == b.dims && a.values == b.values && a.count == b.count &&
           a.is_count == b.is_count;
}

bool same_state(const Network<float>& a, const Network<float>& b) {
    return std::ranges::equal(a.state(), b.state(), [](const auto& x, const auto& y) { return x == y; });
}

auto tensor_named(std::vector<StateTensor<float>>& state, const std::string& name) {
    return std::ranges::find(state, name, &StateTensor<float>::name);
}

}  // namespace

class tst_Network : public QObject {
    Q_OBJECT

   private slots:
    void namesItsStateLikePyTorch() {
        QCOMPARE(names_of(small_network()),
                 "conv1.weight conv1.bias bn1.weight bn1.bias bn1.running_mean bn1.running_var bn1.num_batches_tracked "
                 "conv2.weight conv2.bias bn2.weight bn2.bias bn2.running_mean bn2.running_var bn2.num_batches_tracked "
                 "linear.weight linear.bias ");
    }

    void leavesOutWhatNormLayersDoNotHave() {
        const auto plain = QString::fromStdString(names_of(small_network({.affine = false})));
        QVERIFY(
            plain.startsWith("conv1.weight conv1.bias bn1.running_mean bn1.running_var bn1.num_batches_tracked conv2"));
        const auto untracked = QString::fromStdString(names_of(small_network({.track_running_stats = false})));
        QVERIFY(untracked.startsWith("conv1.weight conv1.bias bn1.weight bn1.bias conv2.weight"));
    }

    void hasPyTorchsShapes() {
        auto state = small_network().state();
        QCOMPARE(tensor_named(state, "conv2.weight")->dims, (std::vector<std::int64_t>{32, 16, 3, 3}));
        QCOMPARE(tensor_named(state, "linear.weight")->dims, (std::vector<std::int64_t>{3, 128}));
        QVERIFY(tensor_named(state, "bn1.num_batches_tracked")->dims.empty());
    }

    void isAValue() {
        auto network = small_network();
        logits(network, Mode::train);
        auto copy = network;
        QVERIFY(same_state(copy, network));
        QCOMPARE(logits(copy, Mode::eval), logits(network, Mode::eval));
        const auto before = network.state();
        logits(copy, Mode::train);
        copy.parameters().values()[0] += 1;
        QVERIFY(!same_state(copy, network));
        QCOMPARE(network.state()[0].values, before[0].values);
        copy = network;
        QVERIFY(same_state(copy, network));
        const auto moved = std::move(copy);
        QVERIFY(same_state(moved, network));
    }

    void loadsWhatItSaved() {
        auto network = small_network();
        logits(network, Mode::train);
        auto other = small_network();
        other.reset(77);
        other.load_state(network.state());
        QVERIFY(same_state(other, network));
        QCOMPARE(logits(other, Mode::eval), logits(network, Mode::eval));
    }

    void countsAMissingNumberOfBatchesAsZero() {
        auto network = small_network();
        logits(network, Mode::train);
        auto state = network.state();
        std::erase_if(state, [](const auto& tensor) { return tensor.is_count; });
        network.load_state(state);
        QCOMPARE(network.norm_layers()[0].second->num_batches_tracked(), 0);
    }

    void listsEverythingThatDoesNotFit() {
        auto network = small_network();
        const auto before = network;
        auto state = network.state();
        tensor_named(state, "bn1.running_var")->name = "bn1.moving_variance";
        auto& weight = *tensor_named(state, "linear.weight");
        weight.dims = {3, 64};
        weight.values.resize(192);
        for (auto& tensor : state) std::ranges::fill(tensor.values, 9.0F);
        QCOMPARE(error_text([&] { network.load_state(state); }),
                 "the state does not fit the network 'simple': missing 'bn1.running_var'; 'linear.weight' has another "
                 "shape than the network's; unexpected 'bn1.moving_variance'.");
        QVERIFY(same_state(network, before));
    }

    void namesTheLayerThatDoesNotFit() {
        std::vector<Network<float>::Layer> layers;
        layers.push_back({"flatten", std::make_unique<Flatten<float>>()});
        layers.push_back({"fc", std::make_unique<Linear<float>>(Linear<float>::Options{.in_features = 5})});
        QCOMPARE(error_text<ShapeError>([&] {
                     Network<float>("test", std::move(layers), {0, 2, 2, 1});
                 }),
                 "layer 'fc': Linear expects 5 features, got input size [1, 4]");
    }

    void differsBetweenTrainAndEvalMode() {
        auto network = small_network();
        QVERIFY(logits(network, Mode::train) != logits(network, Mode::eval));
        auto frozen = small_network({.frozen = true});
        QCOMPARE(logits(frozen, Mode::train), logits(frozen, Mode::eval));
    }
};

QTEST_APPLESS_MAIN(tst_Network)
#include "tst_Network.moc"
