#include "core/instruments/NormDistributions.h"

#include "core/nn/BatchNorm2d.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>

namespace normscope::instruments {
namespace {

using Values = std::vector<float>;

constexpr double shown_deviations = 2.5;   ///< of the running Gaussian, where there is room
constexpr std::int64_t most_widening = 2;  ///< times the data's own bins, on both sides together

Values x_hat_of(const NormView& view, std::int64_t channel) {
    const Shape& shape = view.x.shape();
    const auto pixels = shape.h * shape.w;
    Values values;
    values.reserve(static_cast<std::size_t>(shape.pixels()));
    for (std::int64_t n = 0; n < shape.n; ++n) {
        const double mean = view.statistics.mean(n, channel), inv_std = view.statistics.inv_std(n, channel);
        const float* x = view.x.image(n) + channel;
        for (std::int64_t i = 0; i < pixels; ++i) {
            values.push_back(static_cast<float>((x[i * shape.c] - mean) * inv_std));
        }
    }
    return values;
}

Values values_of(const NormView& view, NormStage stage, std::int64_t channel) {
    if (stage == NormStage::normalized) return x_hat_of(view, channel);
    const Tensor<float>& from = stage == NormStage::before  ? view.x
                                : stage == NormStage::after ? view.y
                                                            : view.activated;
    Values values(static_cast<std::size_t>(from.shape().pixels()));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = from.data()[i * from.shape().c + channel];
    return values;
}

/// Whole bins more on both sides, if that shows the range without making the data too narrow.
HistogramBins widened(const HistogramBins& bins, double lower, double upper) {
    const double left = std::ceil(std::max(0.0, (bins.lower - lower) / bins.width));
    const double right = std::ceil(std::max(0.0, (upper - bins.upper()) / bins.width));
    if (!(left + right <= static_cast<double>(most_widening * bins.count))) return bins;  // NaN too
    return {bins.lower - left * bins.width, bins.width, bins.count + static_cast<std::int64_t>(left + right)};
}

/// Means over channels of what `shares_of(channel)` gives.
template <class SharesOf>
std::vector<double> mixture(std::span<const std::int64_t> channels, std::int64_t bins, SharesOf shares_of) {
    std::vector<double> sum(static_cast<std::size_t>(bins));
    for (const auto channel : channels) {
        const auto shares = shares_of(channel);
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += shares[i] / static_cast<double>(channels.size());
    }
    return sum;
}

struct Moments {
    double mean = 0;
    double var = 0;
};

Moments moments_of(const Values& values) {
    const auto found = channel_histogram(values, {});
    return {found.mean, found.var};
}

/// γ and β of one channel; of a LayerNorm behind maps their means over the elements.
struct Affine {
    double weight = 1;
    double bias = 0;
};

Affine affine_of(const NormView& view, std::int64_t channel) {
    if (view.weight.empty()) return {};
    const auto channels = static_cast<std::size_t>(view.x.shape().c);
    Affine sum{0, 0};
    std::size_t count = 0;
    for (auto i = static_cast<std::size_t>(channel); i < view.weight.size(); i += channels, ++count) {
        sum.weight += view.weight[i];
        sum.bias += view.bias[i];
    }
    return {sum.weight / static_cast<double>(count), sum.bias / static_cast<double>(count)};
}

/// The channels of each histogram.
std::vector<std::vector<std::int64_t>> groups_of(std::span<const ChannelIndex> channels, std::int64_t count) {
    std::vector<std::vector<std::int64_t>> groups;
    for (const ChannelIndex channel : channels) {
        if (channel.value < 0 || channel.value >= count) {
            throw std::invalid_argument("channel " + std::to_string(channel.value) + " of " + std::to_string(count));
        }
        groups.push_back({channel.value});
    }
    if (!channels.empty()) return groups;
    groups.emplace_back(static_cast<std::size_t>(count));
    std::iota(groups[0].begin(), groups[0].end(), 0);
    return groups;
}

/// Measures one view.
class Measurement {
   public:
    Measurement(const NormView& view, std::span<const ChannelIndex> channels, const RunningStatistics& running,
                std::int64_t most_bins)
        : m_view(view), m_running(running), m_most_bins(most_bins), m_groups(groups_of(channels, view.x.shape().c)) {}

    NormDistributions measure() {
        NormDistributions result;
        for (const NormStage stage : norm_stages) {
            if (stage == NormStage::activated && m_view.activation.empty()) continue;
            result.stages[static_cast<std::size_t>(stage)] = at(stage);
        }
        for (const auto& histogram : result.at(NormStage::before).histograms) {
            result.batch_mean.push_back(histogram.mean);
        }
        if (m_running.mean.empty()) return result;
        for (const auto& group : m_groups) {
            double sum = 0;
            for (const auto channel : group) sum += m_running.mean[channel];
            result.running_mean.push_back(sum / static_cast<double>(group.size()));
        }
        return result;
    }

   private:
    StageHistograms at(NormStage stage) {
        const Zeros zeros =
            stage == NormStage::activated && m_view.activation == "ReLU" ? Zeros::left_out : Zeros::counted;
        m_moments.assign(static_cast<std::size_t>(m_view.x.shape().c), {});
        Values all;
        std::vector<Values> each;
        for (const auto& group : m_groups) {
            each.emplace_back();
            for (const auto channel : group) {
                const Values values = values_of(m_view, stage, channel);
                if (stage == NormStage::before) m_moments[channel] = moments_of(values);
                each.back().insert(each.back().end(), values.begin(), values.end());
            }
            all.insert(all.end(), each.back().begin(), each.back().end());
        }
        HistogramBins bins = bins_for(all, m_most_bins, zeros);
        if (stage == NormStage::before) bins = widened_to_running(bins);
        StageHistograms result;
        for (const Values& values : each) result.histograms.push_back(channel_histogram(values, bins, zeros));
        add_normals(stage, bins, result);
        return result;
    }

    HistogramBins widened_to_running(HistogramBins bins) const {
        if (m_running.mean.empty()) return bins;
        for (const auto& group : m_groups) {
            for (const auto channel : group) {
                const double mean = m_running.mean[channel];
                const double reach = shown_deviations * std::sqrt(std::max(0.0, m_running.var[channel]));
                const HistogramBins whole = widened(bins, mean - reach, mean + reach);
                bins = whole == bins ? widened(bins, mean, mean) : whole;
            }
        }
        return bins;
    }

    void add_normals(NormStage stage, const HistogramBins& bins, StageHistograms& result) const {
        for (const auto& group : m_groups) {
            const auto add = [&](std::vector<std::vector<double>>& to, const auto& moments) {
                to.push_back(mixture(group, bins.count, [&](std::int64_t channel) {
                    const Moments of = moments(channel);
                    return normal_shares(bins, of.mean, of.var);
                }));
            };
            if (stage == NormStage::before) {
                add(result.batch, [this](std::int64_t channel) { return m_moments[channel]; });
                if (!m_running.mean.empty()) {
                    add(result.running, [this](std::int64_t channel) {
                        return Moments{m_running.mean[channel], m_running.var[channel]};
                    });
                }
            }
            if (stage == NormStage::normalized) add(result.expected, [](std::int64_t) { return Moments{0, 1}; });
            if (stage == NormStage::after) {
                add(result.expected, [this](std::int64_t channel) {
                    const Affine affine = affine_of(m_view, channel);
                    return Moments{affine.bias, affine.weight * affine.weight};
                });
            }
        }
    }

    const NormView& m_view;
    const RunningStatistics& m_running;
    std::int64_t m_most_bins;
    std::vector<std::vector<std::int64_t>> m_groups;
    std::vector<Moments> m_moments;  ///< of x, by channel
};

}  // namespace

RunningStatistics running_statistics(const nn::Network<float>& network, LayerIndex layer) {
    const auto* norm = dynamic_cast<const nn::BatchNorm2d<float>*>(network.leaves().at(layer.value));
    if (!norm) return {};
    return {{norm->running_mean().begin(), norm->running_mean().end()},
            {norm->running_var().begin(), norm->running_var().end()}};
}

NormDistributions norm_distributions(const NormView& view, std::span<const ChannelIndex> channels,
                                     const RunningStatistics& running, std::int64_t most_bins) {
    return Measurement(view, channels, running, most_bins).measure();
}

}  // namespace normscope::instruments
