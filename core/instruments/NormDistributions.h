// How the values of channels are distributed before, within and behind a norm layer.
#pragma once

#include "core/instruments/ChannelHistogram.h"
#include "core/instruments/NormView.h"
#include "core/telemetry/Indices.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace normscope::instruments {

/// Where values are taken: x, x̂ = (x − μ)/√(σ² + eps), y = γ·x̂ + β, and behind the activation.
enum class NormStage { before, normalized, after, activated };
inline constexpr std::array norm_stages{NormStage::before, NormStage::normalized, NormStage::after,
                                        NormStage::activated};

/// At one stage: a histogram for each chosen channel, or one of the values of all channels. All have the same bins.
struct StageHistograms {
    std::vector<ChannelHistogram> histograms;
    /// Shares of normal distributions in the bins, one for each histogram; the mean over the channels where that is of
    /// all of them. Empty where there is no such distribution.
    std::vector<std::vector<double>> running;   ///< of x: N(running_mean, running_var)
    std::vector<std::vector<double>> batch;     ///< of x: N(μ, σ²) of these values
    std::vector<std::vector<double>> expected;  ///< of x̂: N(0, 1); of y: N(β, γ²)
};

struct NormDistributions {
    std::array<StageHistograms, 4> stages;  ///< by NormStage; no histograms for `activated` without activation
    std::vector<double> batch_mean;         ///< of x, for each histogram (of all values: over the channels)
    std::vector<double> running_mean;       ///< the same; empty without running statistics

    const StageHistograms& at(NormStage stage) const { return stages[static_cast<std::size_t>(stage)]; }
};

/// What a layer would normalize with in eval mode, by channel; empty without running statistics.
struct RunningStatistics {
    std::vector<double> mean;
    std::vector<double> var;
};
RunningStatistics running_statistics(const nn::Network<float>& network, LayerIndex layer);

/// Of all values in the view's batch. No channels: the whole layer. Bins of x are widened to show a running mean
/// that is at most a few widths of the data away. Zeros behind a ReLU are left out of the bars. Throws
/// std::invalid_argument for a channel that is not there.
NormDistributions norm_distributions(const NormView& view, std::span<const ChannelIndex> channels,
                                     const RunningStatistics& running, std::int64_t most_bins = 48);

}  // namespace normscope::instruments
