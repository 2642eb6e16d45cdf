#include "core/instruments/NormDistributions.h"
#include "tests/core/instruments/NetworksUnderTest.h"
#include "tests/core/nn/NormUnderTest.h"

#include <QTest>

#include <limits>
#include <numeric>

using namespace normscope;
using namespace normscope::instruments;
using namespace normscope::testing;

namespace {

/// conv1-bn1-relu-… ; bn1 is leaf 1.
constexpr LayerIndex bn1{1};

NormView view_of(nn::Network<float>& network, nn::Mode mode, double scale = 1) {
    ThreadPool pool(1);
    return view_norm(network, bn1, random_tensor<float>({20, 8, 8, 1}, 3, 0.2, scale), {pool, mode});
}

double sum_of(const std::vector<double>& shares) {
    return std::accumulate(shares.begin(), shares.end(), 0.0);
}

/// Counts of the values of a channel in these bins, outliers in the edge bins, zeros left out on demand.
std::vector<std::int64_t> plain_count(const std::vector<double>& values, const HistogramBins& bins, bool zeros) {
    std::vector<std::int64_t> counts(static_cast<std::size_t>(bins.count));
    for (const double value : values) {
        if (value == 0 && !zeros) continue;
        const double place = std::floor((value - bins.lower) / bins.width);
        ++counts[static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(bins.count - 1)))];
    }
    return counts;
}

}  // namespace

class tst_NormDistributions : public QObject {
    Q_OBJECT

   private slots:
    void equalsAPlainCount();
    void theWholeLayerIsTheSumOfItsChannels();
    void theBatchsGaussianFits();
    void runningStatisticsAreTheLayers();
    void showsARunningMeanNearby();
    void aFarRunningMeanDoesNotSqueezeTheData();
    void withoutRunningStatistics();
    void notFiniteValuesAreCounted();
    void refusesUnknownChannels();
};

void tst_NormDistributions::equalsAPlainCount() {
    auto network = residual_network<float>();
    const auto view = view_of(network, nn::Mode::train);
    const std::array channels{ChannelIndex{2}, ChannelIndex{0}};
    const auto found = norm_distributions(view, channels, running_statistics(network, bn1));
    for (std::size_t i = 0; i < channels.size(); ++i) {
        const auto c = channels[i].value;
        const auto& before = found.at(NormStage::before).histograms[i];
        QCOMPARE(before.counts, plain_count(channel_of(view.x, c), before.bins, true));
        const auto& after = found.at(NormStage::after).histograms[i];
        QCOMPARE(after.counts, plain_count(channel_of(view.y, c), after.bins, true));
        const auto& activated = found.at(NormStage::activated).histograms[i];
        const auto values = channel_of(view.activated, c);
        QCOMPARE(activated.counts, plain_count(values, activated.bins, false));
        QCOMPARE(activated.zeros, std::ranges::count(values, 0.0));
        const auto& normalized = found.at(NormStage::normalized).histograms[i];
        QVERIFY(std::abs(normalized.mean) < 1e-6);
        QVERIFY(is_close(normalized.var, 1, 1e-3));
        QCOMPARE(normalized.values, 20 * 64);
        QCOMPARE(found.batch_mean[i], before.mean);
    }
}

void tst_NormDistributions::theWholeLayerIsTheSumOfItsChannels() {
    auto network = residual_network<float>();
    const auto view = view_of(network, nn::Mode::eval);
    const auto all = norm_distributions(view, {}, running_statistics(network, bn1));
    for (const NormStage stage : norm_stages) {
        const auto& together = all.at(stage);
        QCOMPARE(together.histograms.size(), 1U);
        QCOMPARE(together.histograms[0].values, 4 * 20 * 64);
        const auto& bins = together.histograms[0].bins;
        const Tensor<float>* values = stage == NormStage::before      ? &view.x
                                      : stage == NormStage::after     ? &view.y
                                      : stage == NormStage::activated ? &view.activated
                                                                      : nullptr;
        if (!values) continue;
        std::vector<std::int64_t> sum(static_cast<std::size_t>(bins.count));
        for (std::int64_t c = 0; c < 4; ++c) {
            const auto counts = plain_count(channel_of(*values, c), bins, stage != NormStage::activated);
            for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += counts[i];
        }
        QCOMPARE(together.histograms[0].counts, sum);
    }
    // A mixture of four running Gaussians.
    const auto& before = all.at(NormStage::before);
    const auto running = running_statistics(network, bn1);
    double expected = 0;
    for (std::size_t c = 0; c < 4; ++c) {
        expected += normal_shares(before.histograms[0].bins, running.mean[c], running.var[c])[20] / 4;
    }
    QVERIFY(is_close(before.running[0][20], expected, 1e-12));
}

void tst_NormDistributions::theBatchsGaussianFits() {
    auto network = residual_network<float>();
    const auto view = view_of(network, nn::Mode::train);  // normal images: the convolution gives normal values
    const auto found = norm_distributions(view, std::array{ChannelIndex{1}}, running_statistics(network, bn1));
    const auto& before = found.at(NormStage::before);
    QVERIFY(sum_of(before.batch[0]) > 0.99);
    double apart = 0;
    for (std::size_t i = 0; i < before.batch[0].size(); ++i) {
        const double share = static_cast<double>(before.histograms[0].counts[i]) / 1280;
        apart += std::abs(share - before.batch[0][i]);
    }
    QVERIFY2(apart < 0.25, qPrintable(QString::number(apart)));
    const auto& after = found.at(NormStage::after);
    const auto* layer = network.norm_layers()[0].second;
    const auto expected = normal_shares(after.histograms[0].bins, layer->bias()[1],
                                        static_cast<double>(layer->weight()[1]) * layer->weight()[1]);
    QCOMPARE(after.expected[0], expected);
}

void tst_NormDistributions::runningStatisticsAreTheLayers() {
    auto network = residual_network<float>();
    const auto found = running_statistics(network, bn1);
    const auto* layer = network.norm_layers()[0].second;
    QCOMPARE(found.mean, std::vector<double>(layer->running_mean().begin(), layer->running_mean().end()));
    QCOMPARE(found.var, std::vector<double>(layer->running_var().begin(), layer->running_var().end()));
    QVERIFY(running_statistics(network, {0}).mean.empty());
}

void tst_NormDistributions::showsARunningMeanNearby() {
    auto network = residual_network<float>();
    const auto view = view_of(network, nn::Mode::train);
    const auto bare = norm_distributions(view, std::array{ChannelIndex{1}}, {});
    const auto bins = bare.at(NormStage::before).histograms[0].bins;
    const double far = bins.upper() + 0.5 * (bins.upper() - bins.lower);
    const RunningStatistics running{std::vector<double>(4, far), std::vector<double>(4, 1e-4)};
    const auto found = norm_distributions(view, std::array{ChannelIndex{1}}, running);
    const auto& wide = found.at(NormStage::before);
    QVERIFY(wide.histograms[0].bins.upper() > far);
    QCOMPARE(wide.histograms[0].bins.width, bins.width);
    QVERIFY(sum_of(wide.running[0]) > 0.97);
    QCOMPARE(found.running_mean, std::vector<double>{far});
}

void tst_NormDistributions::aFarRunningMeanDoesNotSqueezeTheData() {
    auto network = residual_network<float>();
    const auto view = view_of(network, nn::Mode::train);
    const auto bins = norm_distributions(view, {}, {}).at(NormStage::before).histograms[0].bins;
    for (const double far : {1e4, -1e30, std::numeric_limits<double>::quiet_NaN()}) {
        const RunningStatistics running{std::vector<double>(4, far), std::vector<double>(4, 1)};
        QCOMPARE(norm_distributions(view, {}, running).at(NormStage::before).histograms[0].bins, bins);
    }
}

void tst_NormDistributions::withoutRunningStatistics() {
    auto network = residual_network<float>();
    const auto found = norm_distributions(view_of(network, nn::Mode::train), {}, {});
    QVERIFY(found.at(NormStage::before).running.empty());
    QVERIFY(found.running_mean.empty());
    QVERIFY(!found.at(NormStage::before).batch.empty());
}

void tst_NormDistributions::notFiniteValuesAreCounted() {
    auto network = residual_network<float>();
    auto view = view_of(network, nn::Mode::train);
    view.x.at(0, 0, 0, 1) = std::numeric_limits<float>::quiet_NaN();
    view.x.at(1, 0, 0, 1) = std::numeric_limits<float>::infinity();
    const auto found = norm_distributions(view, std::array{ChannelIndex{1}}, running_statistics(network, bn1));
    const auto& before = found.at(NormStage::before).histograms[0];
    QCOMPARE(before.nan, 1);
    QCOMPARE(before.positive_infinite, 1);
    QVERIFY(std::isfinite(before.mean) && before.bins.width > 0);
    QCOMPARE(found.at(NormStage::normalized).histograms[0].nan, 1);
}

void tst_NormDistributions::refusesUnknownChannels() {
    auto network = residual_network<float>();
    const auto view = view_of(network, nn::Mode::train);
    QVERIFY_THROWS_EXCEPTION(std::invalid_argument, norm_distributions(view, std::array{ChannelIndex{4}}, {}));
    QVERIFY_THROWS_EXCEPTION(std::invalid_argument, norm_distributions(view, std::array{ChannelIndex{-1}}, {}));
}

QTEST_APPLESS_MAIN(tst_NormDistributions)
#include "tst_NormDistributions.moc"
