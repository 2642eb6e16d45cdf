#include "core/instruments/ChannelMoments.h"
#include "core/instruments/FeatureMaps.h"
#include "core/instruments/NormTerms.h"
#include "core/instruments/NormView.h"
#include "core/instruments/TrainingBatch.h"
#include "core/nn/GroupNorm.h"
#include "core/nn/InstanceNorm2d.h"
#include "core/nn/LayerNorm.h"
#include "core/train/Trainer.h"
#include "tests/core/instruments/NetworksUnderTest.h"
#include "tests/core/nn/NormUnderTest.h"

#include <QTest>

#include <set>

using namespace normscope;
using namespace normscope::instruments;
using namespace normscope::testing;

namespace {

/// conv-norm-relu-linear on images of 8 × 8; the norm layer is leaf 1, its γ and β are random.
nn::Network<float> network_with(std::unique_ptr<nn::Module<float>> norm) {
    Layers<float> layers;
    add_conv(layers, "conv", 1, 4);
    layers.push_back({"norm", std::move(norm)});
    add_relu(layers, "relu");
    layers.push_back({"flatten", std::make_unique<nn::Flatten<float>>()});
    layers.push_back({"fc", std::make_unique<nn::Linear<float>>(nn::Linear<float>::Options{
                                .in_features = 256, .out_features = 4, .flattened = {1, 8, 8, 4}})});
    nn::Network<float> network("test", std::move(layers), {0, 8, 8, 1});
    randomize(network, 5);
    std::uint64_t seed = 6;
    for (auto* parameter : network.leaves()[1]->parameters()) {
        fill_normal<float>(parameter->value, ++seed, parameter->name == "weight" ? 1 : 0, 0.3);
    }
    return network;
}

std::unique_ptr<nn::Module<float>> norm_of_kind(const QString& kind) {
    using Batch = nn::BatchNorm2d<float>;
    if (kind == "group") return std::make_unique<nn::GroupNorm<float>>(nn::GroupNorm<float>::Options{4, 2});
    if (kind == "layer") return std::make_unique<nn::LayerNorm<float>>(nn::LayerNorm<float>::Options{{0, 8, 8, 4}});
    if (kind == "instance") {
        return std::make_unique<nn::InstanceNorm2d<float>>(
            nn::InstanceNorm2d<float>::Options{.channels = 4, .affine = true});
    }
    Batch::Options options{.channels = 4};
    if (kind == "frozen") options.frozen = true;
    if (kind == "ghost") options.ghost_batches = 3;
    if (kind == "no buffers") options.track_running_stats = false;
    if (kind == "not affine") options.affine = false;
    return std::make_unique<Batch>(options);
}

const Tensor<float>& images() {
    static const auto values = random_tensor<float>({7, 8, 8, 1}, 11, 0.5, 2);
    return values;
}

std::vector<float> values_of(const Tensor<float>& tensor) {
    return copy_of(tensor.values());
}

}  // namespace

class tst_NormView : public QObject {
    Q_OBJECT

   private slots:
    void explainsTheOutput_data();
    void explainsTheOutput();
    void batchStatisticsAreTheLayers();
    void isWhatTheLayersGiveByHand_data();
    void isWhatTheLayersGiveByHand();
    void followsTheSumOfAResidualBlock();
    void leavesTheNetworkAsItIs();
    void refusesWhatIsNoNorm();
    void mapsAreTheViewsValues();
    void arithmeticIsTheChannels();
    void nextBatchIsWhatTheStepTakes();
    void neighboursStayTheSame();
};

void tst_NormView::explainsTheOutput_data() {
    QTest::addColumn<QString>("kind");
    QTest::addColumn<bool>("train");
    for (const char* kind : {"batch", "frozen", "ghost", "no buffers", "not affine", "group", "layer", "instance"}) {
        QTest::addRow("%s, train", kind) << kind << true;
        QTest::addRow("%s, eval", kind) << kind << false;
    }
}

/// y of the network is x̂ of the instrument, scaled and shifted.
void tst_NormView::explainsTheOutput() {
    QFETCH(QString, kind);
    QFETCH(bool, train);
    auto network = network_with(norm_of_kind(kind));
    ThreadPool pool(2);
    const auto view = view_norm(network, {1}, images(), {pool, train ? nn::Mode::train : nn::Mode::eval});
    QCOMPARE(view.name, "norm");
    QCOMPARE(view.y.shape(), (Shape{7, 8, 8, 4}));
    QCOMPARE(view.activation, "ReLU");
    QVERIFY(!view.behind_sum);
    for (std::int64_t n = 0; n < 7; ++n) {
        const auto maps = feature_maps(view, n);
        for (std::int64_t i = 0; i < 64 * 4; ++i) {
            const auto c = i % 4, row = i / 4 / 8, column = i / 4 % 8;
            const auto at = maps.arithmetic(c, row, column);
            const double y = (at.x - at.mean) / std::sqrt(at.var + at.eps) * at.weight + at.bias;
            QCOMPARE(at.y, static_cast<double>(view.y.at(n, row, column, c)));
            QVERIFY2(is_close(y, at.y, 1e-5), qPrintable(QStringLiteral("%1 for %2").arg(y).arg(at.y)));
            QVERIFY(is_close(view.x_hat(n, row, column, c) * at.weight + at.bias, at.y, 1e-5));
            QCOMPARE(at.activated, std::max(at.y, 0.0));
        }
    }
}

void tst_NormView::batchStatisticsAreTheLayers() {
    auto network = network_with(norm_of_kind("batch"));
    ThreadPool one(1), four(4);
    const auto view = view_norm(network, {1}, images(), {four, nn::Mode::train});
    const auto* layer = network.norm_layers()[0].second;
    const auto moments = channel_moments(view.x, one);
    for (std::int64_t c = 0; c < 4; ++c) {
        QVERIFY(is_close(view.statistics.mean(3, c), layer->batch_mean()[c], 1e-13));
        QVERIFY(is_close(view.statistics.var(3, c), layer->batch_var()[c], 1e-12));
        QVERIFY(is_close(view.statistics.mean(3, c), moments.mean[c], 1e-13));
    }
    const auto again = view_norm(network, {1}, images(), {one, nn::Mode::train});
    QCOMPARE(again.statistics.means, view.statistics.means);
    QCOMPARE(again.statistics.vars, view.statistics.vars);
}

void tst_NormView::isWhatTheLayersGiveByHand_data() {
    QTest::addColumn<bool>("train");
    QTest::newRow("train") << true;
    QTest::newRow("eval") << false;
}
void tst_NormView::isWhatTheLayersGiveByHand() {
    QFETCH(bool, train);
    auto network = network_with(norm_of_kind("batch"));
    auto by_hand = network;
    ThreadPool pool(1);
    nn::Pass pass{pool, train ? nn::Mode::train : nn::Mode::eval};
    const auto view = view_norm(network, {1}, images(), pass);
    pass.update_buffers = false;
    pass.kernels = nn::Kernels::reference;
    const auto& x = by_hand.leaves()[0]->forward(images(), pass);
    const auto& y = by_hand.leaves()[1]->forward(x, pass);
    const auto& activated = by_hand.leaves()[2]->forward(y, pass);
    QVERIFY(apart(values_of(view.x), values_of(x)) < 1e-6);
    QVERIFY(apart(values_of(view.y), values_of(y)) < 1e-5);
    QVERIFY(apart(values_of(view.activated), values_of(activated)) < 1e-5);
    auto& linear = *by_hand.leaves()[4];
    QVERIFY(apart(values_of(view.logits),
                  values_of(linear.forward(by_hand.leaves()[3]->forward(activated, pass), pass))) < 1e-5);
}

void tst_NormView::followsTheSumOfAResidualBlock() {
    auto network = residual_network<float>();
    ThreadPool pool(1);
    const auto position = [&network](const std::string& name) {
        const auto& leaves = network.leaves();
        return LayerIndex{std::ranges::find(leaves, name, &nn::Module<float>::name) - leaves.begin()};
    };
    const nn::Pass pass{pool, nn::Mode::eval};
    const auto first = view_norm(network, position("block.bn1"), images(), pass);
    QCOMPARE(first.activation, "ReLU");
    QVERIFY(!first.behind_sum);
    const auto main = view_norm(network, position("block.bn2"), images(), pass);
    const auto shortcut = view_norm(network, position("block.downsample.1"), images(), pass);
    QCOMPARE(main.activation, "ReLU");
    QVERIFY(main.behind_sum && shortcut.behind_sum);
    for (std::int64_t i = 0; i < main.y.shape().size(); ++i) {
        QCOMPARE(main.activated.data()[i], std::max(main.y.data()[i] + shortcut.y.data()[i], 0.0F));
        QCOMPARE(shortcut.activated.data()[i], main.activated.data()[i]);
    }
}

void tst_NormView::leavesTheNetworkAsItIs() {
    auto network = network_with(norm_of_kind("batch"));
    const auto before = everything_of(network);
    ThreadPool pool(1);
    view_norm(network, {1}, images(), {pool, nn::Mode::train});
    QCOMPARE(everything_of(network), before);
}

void tst_NormView::refusesWhatIsNoNorm() {
    auto network = network_with(norm_of_kind("batch"));
    ThreadPool pool(1);
    for (const std::int64_t layer : {-1, 0, 2, 99}) {
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, view_norm(network, {layer}, images(), {pool, nn::Mode::eval}));
    }
}

void tst_NormView::mapsAreTheViewsValues() {
    auto network = network_with(norm_of_kind("batch"));
    ThreadPool pool(1);
    const auto view = view_norm(network, {1}, images(), {pool, nn::Mode::eval});
    const auto maps = feature_maps(view, 4);
    QCOMPARE(maps.channels, 4);
    for (std::int64_t c = 0; c < 4; ++c) {
        for (std::int64_t i = 0; i < 64; ++i) {
            QCOMPARE(maps.map(maps.before, c)[i], view.x.at(4, i / 8, i % 8, c));
            QCOMPARE(maps.map(maps.after, c)[i], view.y.at(4, i / 8, i % 8, c));
            QCOMPARE(maps.map(maps.activated, c)[i], view.activated.at(4, i / 8, i % 8, c));
        }
    }
    const float* logits = view.logits.image(4);
    QCOMPARE(maps.prediction, std::max_element(logits, logits + 4) - logits);
    double sum = 0;
    for (std::int64_t k = 0; k < 4; ++k) {
        sum += maps.probabilities[k];
        QVERIFY(is_close(std::log(maps.probabilities[k] / maps.probabilities[0]), logits[k] - logits[0], 1e-6));
    }
    QVERIFY(is_close(sum, 1, 1e-12));
    // An image alone in eval mode is the same image; in train mode it is not.
    Tensor<float> alone({1, 8, 8, 1});
    std::copy_n(images().image(4), 64, alone.data());
    const auto single = feature_maps(view_norm(network, {1}, alone, {pool, nn::Mode::eval}));
    QVERIFY(apart(single.after, maps.after) < 1e-6);
    const auto in_batch = feature_maps(view_norm(network, {1}, images(), {pool, nn::Mode::train}), 4);
    QVERIFY(apart(in_batch.after, maps.after) > 1e-2);
}

void tst_NormView::arithmeticIsTheChannels() {
    auto network = network_with(norm_of_kind("batch"));
    ThreadPool pool(1);
    const auto view = view_norm(network, {1}, images(), {pool, nn::Mode::train});
    const auto maps = feature_maps(view, 2);
    for (std::int64_t c = 0; c < 4; ++c) {
        const auto terms = norm_forward(norm_channel(*network.norm_layers()[0].second, ChannelIndex{c}),
                                        channel_of(view.x, c), nn::Mode::train);
        const auto at = maps.arithmetic(c, 3, 6);
        QVERIFY(is_close(at.mean, terms.mean, 1e-12));
        QVERIFY(is_close(at.var, terms.var, 1e-12));
        QVERIFY(is_close(view.x_hat(2, 3, 6, c), terms.x_hat[2 * 64 + 3 * 8 + 6], 1e-12));
        QVERIFY(is_close(at.y, terms.y[2 * 64 + 3 * 8 + 6], 1e-5));
    }
}

void tst_NormView::nextBatchIsWhatTheStepTakes() {
    Recipe recipe = synthetic_recipe();
    recipe.data.augment.flip = true;
    Experiment experiment(recipe, synthetic_split());
    Trainer trainer(1);
    for (int i = 0; i < 3; ++i) trainer.step(experiment);
    const auto layer = experiment.network().norm_layers()[0].first;
    Experiment copy = experiment;
    const auto batch = next_training_batch(copy, trainer.pool());
    const auto view = view_norm(copy.network(), {layer}, batch.images, pass_of(copy, trainer.pool(), nn::Mode::train));
    trainer.step(experiment);
    const auto* norm = experiment.network().norm_layers()[0].second;
    for (std::int64_t c = 0; c < norm->channels(); ++c) {
        QVERIFY(is_close(view.statistics.mean(0, c), norm->batch_mean()[c], 1e-12));
        QVERIFY(is_close(view.statistics.var(0, c), norm->batch_var()[c], 1e-12));
    }
}

void tst_NormView::neighboursStayTheSame() {
    const Experiment experiment(synthetic_recipe(), synthetic_split());
    const Dataset& data = *experiment.data().train;
    const auto a = image_with_neighbours(experiment, data, 3), b = image_with_neighbours(experiment, data, 70);
    QCOMPARE(a.size(), 8U);
    QCOMPARE(a[0], 3);
    QCOMPARE(b[0], 70);
    QCOMPARE(std::set(a.begin(), a.end()).size(), 8U);
    std::size_t common = 0;
    for (const auto image : a) common += std::ranges::count(b, image);
    QVERIFY(common >= 6);
    // Fewer images than a batch holds.
    QCOMPARE(image_with_neighbours(experiment, SyntheticDataset(5), 2).size(), 5U);
}

QTEST_APPLESS_MAIN(tst_NormView)
#include "tst_NormView.moc"
