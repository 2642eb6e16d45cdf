// Why a network answers differently in train mode and in eval mode.
#pragma once

#include "core/instruments/BatchSequence.h"
#include "core/instruments/PopulationStatistics.h"
#include "core/instruments/Score.h"
#include "core/instruments/Watch.h"
#include "core/nn/Network.h"
#include "core/telemetry/Indices.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace normscope::instruments {

/// What the norm layers normalize with, from train mode to eval mode.
enum class StatisticsSource {
    batch,                         ///< train mode: each measured batch's own statistics
    measured_population,           ///< of all measured images (population_statistics)
    training_population,           ///< of the training images
    training_population_unbiased,  ///< the same with the variance that buffers take
    running,                       ///< eval mode: the buffers
};
inline constexpr std::size_t statistics_sources = 5;

/// Cause i is the difference between StatisticsSource i and i + 1.
enum class GapCause {
    batch_noise,  ///< batches are not the population
    data_shift,   ///< measured images are not like training images; for few images, the chance in which ones they are
    n_minus_one,  ///< buffers take Σ(x − μ)²/(n − 1), normalization Σ(x − μ)²/n
    ema_lag,      ///< buffers lag behind the weights, never arrived, or average too few batches to be precise
};
inline constexpr std::size_t gap_causes = 4;

/// One cause's part d of the total difference D = y_train − y_eval.
struct GapPart {
    double norm = 0;  ///< ‖d‖ / ‖y_train‖
    double share = 0;  ///< ⟨d, D⟩ / ‖D‖²: shares sum to 1; negative where a part makes up for others. All 0 if D = 0
};

struct Gap {
    double total = 0;  ///< ‖D‖ / ‖y_train‖
    std::array<GapPart, gap_causes> parts;

    const GapPart& of(GapCause cause) const { return parts[static_cast<std::size_t>(cause)]; }
};

struct LayerGap {
    LayerIndex layer;
    std::string name;
    Gap overall;
    std::vector<Gap> channels;
};

struct GapSplit {
    std::int64_t images = 0;
    std::vector<LayerGap> layers;  ///< outputs of Network::norm_layers(), in their order
    Gap logits;
    std::array<Score, statistics_sources> scores;

    const Score& score(StatisticsSource source) const { return scores[static_cast<std::size_t>(source)]; }
};

/// How the variance of training_population_unbiased follows from the training images.
enum class UnbiasedVariance {
    /// σ²·n/(n − 1), n the values per channel of a full training batch: the factor that every update of running_var
    /// applies. Over the population's own count it would be 1 for all purposes.
    population_times_factor,
    /// E[σ_B²·n_B/(n_B − 1)]: what running_var really tends to. Differs from σ² also by the spread of the batch means,
    /// which then counts to n_minus_one and not, with the other sign, to ema_lag.
    mean_over_batches,
};

/// Measures every batch under all five sources, for all norm layers at once. The four differences of successive outputs
/// telescope: they sum to D exactly, in every layer, where a part holds what layers before contribute too. A frozen
/// layer and one without buffers normalize with the same under all five. Whatever else differs between the modes
/// (Dropout) counts to batch_noise.
///
/// `training` are population_statistics() of this network over batches of the size it trains with. The network stays
/// untouched (a copy runs). Memory: the norm layers' outputs of one batch, three times. Throws InputError without
/// images and for statistics of another network; Cancelled.
GapSplit gap_split(const nn::Network<float>& network, const BatchSequence& measured,
                   const PopulationStatistics& training, ThreadPool& pool, const Watch& watch = {},
                   UnbiasedVariance unbiased = UnbiasedVariance::population_times_factor);

/// The first `most_images` held-out images of an experiment against all its training images.
GapSplit gap_split(const Experiment& experiment, std::int64_t most_images, ThreadPool& pool, const Watch& watch = {});

}  // namespace normscope::instruments
