// What smaller batches would compute: the spread of statistics over shards of one batch.
#pragma once

#include "core/nn/Network.h"
#include "core/telemetry/Indices.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace normscope::instruments {

/// Of one BatchNorm layer and one number of shards; μ_s, σ²_s of shard s with n_s of the n values per channel, μ and
/// σ² of the whole batch.
struct GhostSpread {
    std::int64_t shards = 0;                ///< that hold images; fewer than asked for if they do not come out even
    std::vector<double> mean_spread;        ///< by channel: √(Σ_s n_s/n·(μ_s − μ)²)/√(σ² + eps)
    std::vector<double> var_spread;         ///< by channel: √(Σ_s n_s/n·(σ²_s − σ²)²)/(σ² + eps)
    std::vector<double> output_difference;  ///< by channel: ‖y_shards − y‖/‖y‖
    double overall_output_difference = 0;   ///< the same over all channels
};

struct GhostLayer {
    LayerIndex layer;
    std::string name;
    std::vector<GhostSpread> by_shards;  ///< one for each number asked for
};

/// Runs one batch of images (N, H, W, C) in train mode and computes, for the input x of every BatchNorm layer, what k
/// shards of the batch would normalize with, as on k devices or in ghost batch normalization (Hoffer et al. 2017,
/// "Train longer, generalize better"). Shards are runs of ⌈N/k⌉ images, as torch.chunk cuts them. Each layer is looked
/// at by itself: its x is what the whole batch gave. y_shards is not computed: with u = x − μ_s, Σu = 0 in a shard,
///
///   Σ(y_s − y)² = γ²·Σ_s n_s·(σ²_s·(is_s − is)² + is²·(μ_s − μ)²),   is = 1/√(σ² + eps).
///
/// The network stays untouched (a copy runs). In the order of Network::norm_layers(). Throws InputError if a number of
/// shards is below 1 or leaves one value per channel, std::invalid_argument for an empty batch.
std::vector<GhostLayer> ghost_statistics(const nn::Network<float>& network, const Tensor<float>& images,
                                         std::span<const std::int64_t> shard_counts, ThreadPool& pool);

}  // namespace normscope::instruments
