// All channels of a norm layer at one step, as recorded. Pure functions.
#pragma once

#include "core/telemetry/SeriesStore.h"

#include <optional>
#include <vector>

namespace normscope::app {

/// Signs that a channel no longer takes part.
struct DeadSigns {
    bool silent = false;     ///< every value behind the layer's ReLU was 0 in the measured batches
    bool collapsed = false;  ///< |γ| < smallestScale: what comes out is β, whatever goes in
    bool constant = false;   ///< the step's batch variance ≤ eps: what goes in hardly varies
    bool any() const { return silent || collapsed || constant; }
};

/// Below it γ hides the input: β aside, less than a thousandth of x̂ is left.
inline constexpr double smallestScale = 1e-3;

/// NaN where nothing is recorded. Values are those of the step itself or, if it is too long ago for single values, the
/// middle of what is kept of it.
struct ChannelFacts {
    ChannelIndex channel;
    double batchMean, batchVar, runningMean, runningVar, gamma, beta;
    /// See normalizationGap().
    double gap;
    DeadSigns dead = {};
};

/// How far eval mode normalizes the step's batch from train mode: with σ = √(variance + eps) of batch B and running R,
///   √(mean (x̂_eval − x̂_train)²) = √( (σ_B² − eps)/σ_B² · (σ_B/σ_R − 1)² + ((μ_B − μ_R)/σ_R)² ),
/// the mean taken over the batch. In units of x̂: 1 is one standard deviation.
double normalizationGap(double batchMean, double batchVar, double runningMean, double runningVar, double eps);

/// `nonzero`: share of values behind the ReLU that are not 0, by channel; empty if not measured.
std::vector<ChannelFacts> channelFacts(const telemetry::SeriesStore& store, LayerIndex layer, std::int64_t channels,
                                       StepIndex step, double eps, const std::vector<double>& nonzero);

enum class ChannelOrder { Index, Gap, Scale, Variance };

/// Largest first, but by index smallest first; equal ones by index, unknown ones last.
void sortChannels(std::vector<ChannelFacts>& facts, ChannelOrder order);
/// Drops channels with a gap below `least`, and unknown ones; 0 keeps all.
void dropSmallGaps(std::vector<ChannelFacts>& facts, double least);

/// The value of a series at a step, or the middle of the sample that holds it; nothing if none is known.
std::optional<double> valueNear(const telemetry::SeriesStore& store, SeriesIndex series, StepIndex step);

}  // namespace normscope::app
