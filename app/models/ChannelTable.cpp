#include "app/models/ChannelTable.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace normscope::app {

using telemetry::Statistic;

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

double keyOf(const ChannelFacts& facts, ChannelOrder order) {
    switch (order) {
        case ChannelOrder::Gap: return facts.gap;
        case ChannelOrder::Scale: return std::abs(facts.gamma);
        case ChannelOrder::Variance: return std::isnan(facts.runningVar) ? facts.batchVar : facts.runningVar;
        case ChannelOrder::Index: break;
    }
    return -static_cast<double>(facts.channel.value);
}

}  // namespace

double normalizationGap(double batchMean, double batchVar, double runningMean, double runningVar, double eps) {
    // x̂_eval − x̂_train = (x − μ_B)(1/σ_R − 1/σ_B) + (μ_B − μ_R)/σ_R, and the mean of (x − μ_B)² is the batch variance.
    const double batchSigma = std::sqrt(batchVar + eps);
    const double runningSigma = std::sqrt(runningVar + eps);
    const double scale = std::sqrt(batchVar) * (1 / runningSigma - 1 / batchSigma);
    const double shift = (batchMean - runningMean) / runningSigma;
    return std::hypot(scale, shift);
}

std::optional<double> valueNear(const telemetry::SeriesStore& store, SeriesIndex series, StepIndex step) {
    const telemetry::SeriesPyramid& pyramid = store.series(series);
    if (const auto value = pyramid.value_at(step.value)) return double{*value};
    const auto samples = pyramid.samples(step.value, step.value, telemetry::SeriesPyramid::raw_capacity);
    for (auto sample = samples.rbegin(); sample != samples.rend(); ++sample) {
        if (sample->first_step > step.value) continue;
        return double{sample->minimum} + (double{sample->maximum} - double{sample->minimum}) / 2;
    }
    return std::nullopt;
}

std::vector<ChannelFacts> channelFacts(const telemetry::SeriesStore& store, LayerIndex layer, std::int64_t channels,
                                       StepIndex step, double eps, const std::vector<double>& nonzero) {
    std::vector<ChannelFacts> all;
    for (std::int64_t c = 0; c < channels; ++c) {
        const auto read = [&](Statistic statistic) {
            const auto series = store.schema().find(statistic, layer, ChannelIndex{c});
            return series ? valueNear(store, *series, step).value_or(unknown) : unknown;
        };
        ChannelFacts facts{.channel = {c},
                           .batchMean = read(Statistic::batch_mean),
                           .batchVar = read(Statistic::batch_var),
                           .runningMean = read(Statistic::running_mean),
                           .runningVar = read(Statistic::running_var),
                           .gamma = read(Statistic::weight),
                           .beta = read(Statistic::bias),
                           .gap = 0};
        facts.gap = normalizationGap(facts.batchMean, facts.batchVar, facts.runningMean, facts.runningVar, eps);
        const auto position = static_cast<std::size_t>(c);
        facts.dead.silent = position < nonzero.size() && nonzero[position] == 0;
        facts.dead.collapsed = std::abs(facts.gamma) < smallestScale;
        facts.dead.constant = facts.batchVar <= eps;
        all.push_back(facts);
    }
    return all;
}

void sortChannels(std::vector<ChannelFacts>& facts, ChannelOrder order) {
    std::ranges::stable_sort(facts, [order](const ChannelFacts& a, const ChannelFacts& b) {
        const double left = keyOf(a, order);
        const double right = keyOf(b, order);
        if (std::isnan(left) || std::isnan(right)) return !std::isnan(left) && std::isnan(right);
        return left > right;
    });
}

void dropSmallGaps(std::vector<ChannelFacts>& facts, double least) {
    if (least <= 0) return;
    std::erase_if(facts, [least](const ChannelFacts& one) { return !(one.gap >= least); });
}

}  // namespace normscope::app
