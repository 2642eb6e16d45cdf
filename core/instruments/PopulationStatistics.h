// What running statistics try to be: the exact statistics of the current weights over a data set.
#pragma once

#include "core/instruments/BatchSequence.h"
#include "core/instruments/Watch.h"
#include "core/nn/Network.h"
#include "core/telemetry/Indices.h"

#include <cstdint>
#include <string>
#include <vector>

namespace normscope::instruments {

/// Of the input of one BatchNorm layer, by channel, over all batches.
struct LayerStatistics {
    LayerIndex layer;
    std::string name;                   ///< e.g. "layer1.bn2"
    std::int64_t count = 0;             ///< values per channel: images · H · W
    std::int64_t values_per_batch = 0;  ///< values per channel of a full batch: batch_size · H · W
    std::vector<double> mean;           ///< μ = E[μ_B]
    std::vector<double> var;            ///< σ² = E[μ_B² + σ_B²] − E[μ_B]², biased
    /// E[σ_B²·n_B/(n_B − 1)], each batch counting once: what running_var tends to with these weights. It lacks the
    /// spread of the batch means, which σ² holds.
    std::vector<double> unbiased_batch_var;

    /// σ²·n/(n − 1) for n = count.
    std::vector<double> unbiased_var() const;
};

/// In the order of Network::norm_layers().
struct PopulationStatistics {
    std::int64_t images = 0;
    std::vector<LayerStatistics> layers;
};

/// Runs every batch once in train mode, without updating buffers, and pools the statistics of the batches. E weights
/// batches by their values per channel, so that an uneven last batch is exact; it is computed by merging count, mean
/// and Σ(x − μ)² in double (Chan et al. 1983), which is the same formula without its cancellation. After Wu and
/// Johnson 2021, "Rethinking 'Batch' in BatchNorm" (PreciseBN).
///
/// For a layer whose input no other norm layer precedes these are the statistics of all values at once, whatever the
/// batches. A deeper layer sees what layers before it make of each batch in train mode, as it does in training.
///
/// The network's parameters and buffers stay untouched (a copy runs). Memory: one batch. Throws Cancelled, and
/// InputError if a batch has one value per channel.
PopulationStatistics population_statistics(const nn::Network<float>& network, const BatchSequence& batches,
                                           ThreadPool& pool, const Watch& watch = {});

}  // namespace normscope::instruments
