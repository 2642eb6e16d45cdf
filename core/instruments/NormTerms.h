// One channel of batch normalization as arithmetic: every intermediate of forward and backward, in double.
#pragma once

#include "core/nn/BatchNorm2d.h"
#include "core/nn/Pass.h"
#include "core/telemetry/Indices.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace normscope::instruments {

/// Settings, parameters and buffers of one channel of a BatchNorm layer.
struct NormChannel {
    double weight = 1;  ///< γ
    double bias = 0;    ///< β
    double eps = 1e-5;
    std::optional<double> momentum = 0.1;  ///< none: cumulative average, 1 / num_batches_tracked
    bool track_running_stats = true;
    bool frozen = false;
    double running_mean = 0;
    double running_var = 1;
    std::int64_t num_batches_tracked = 0;
};

/// The channel as it is now: γ 1 and β 0 without affine.
template <class S>
NormChannel norm_channel(const nn::BatchNorm2d<S>& layer, ChannelIndex channel);

/// The four steps of the forward pass; n = number of values.
struct NormForward {
    bool used_batch = false;  ///< false: normalized with the buffers (eval mode or frozen)
    // Mean and variance.
    double batch_mean = 0;    ///< μ_B = Σx/n
    double batch_var = 0;     ///< σ²_B = Σ(x − μ_B)²/n, biased
    double unbiased_var = 0;  ///< Σ(x − μ_B)²/(n − 1); 0 for one value
    // Normalize.
    double mean = 0;            ///< μ used: the batch's or running_mean
    double var = 0;             ///< σ² used: the batch's or running_var
    double inv_std = 0;         ///< is = 1/√(σ² + eps); 0 if a constant batch meets eps 0
    std::vector<double> x_hat;  ///< x̂ = (x − μ)·is
    std::vector<double> y;      ///< scale and shift: γ·x̂ + β
    // Update of the buffers: r ← (1 − m)·r + m·statistic.
    double momentum = 0;                   ///< m; 0 if this pass does not update them
    double running_mean = 0;               ///< afterwards
    double running_var = 0;                ///< afterwards
    std::int64_t num_batches_tracked = 0;  ///< afterwards
};

/// The three terms of dx = γ·is·(g − dβ/n − x̂·dγ/n), with g = ∂L/∂y. In eval mode the second and third are 0.
struct NormBackward {
    double bias_gradient = 0;             ///< dβ = Σg
    double weight_gradient = 0;           ///< dγ = Σ g·x̂
    std::vector<double> direct;           ///< γ·is·g
    std::vector<double> mean_term;        ///< −γ·is·dβ/n: what flows through μ
    std::vector<double> projection_term;  ///< −γ·is·x̂·dγ/n: what flows through σ²
    std::vector<double> dx;               ///< their sum
};

/// As nn::BatchNorm2d computes it on the values `x` of the channel, image after image. Throws InputError in PyTorch's
/// words for statistics of a single value. Empty for no values.
NormForward norm_forward(const NormChannel& channel, std::span<const double> x, nn::Mode mode);

/// `gradient` is ∂L/∂y of that forward pass, as long as its x. Throws std::invalid_argument if it is not.
NormBackward norm_backward(const NormChannel& channel, const NormForward& forward, std::span<const double> gradient);

}  // namespace normscope::instruments
