// The loss along the gradient: how far can one trust it?
#pragma once

#include "core/instruments/Watch.h"
#include "core/nn/Network.h"

#include <cstdint>
#include <span>
#include <vector>

namespace normscope::instruments {

/// At w − η·g, with g the gradient at w.
struct LandscapePoint {
    double step = 0;                 ///< η
    double loss = 0;                 ///< L(w − η·g)
    double gradient_difference = 0;  ///< ‖∇L(w − η·g) − g‖, "gradient predictiveness"
};

struct LossLandscape {
    double loss = 0;           ///< L(w)
    double gradient_norm = 0;  ///< ‖g‖
    std::vector<LandscapePoint> points;
    /// "Effective" β-smoothness: max over η ≠ 0 of ‖∇L(w − η·g) − g‖ / (|η|·‖g‖); 0 if there is none.
    double smoothness = 0;
};

/// Santurkar, Tsipras, Ilyas and Mądry 2018, "How does batch normalization help optimization?", figure 4, on one batch
/// of images (N, H, W, C) with these labels: L is cross entropy in train mode, which every point normalizes with its
/// own batch statistics; Dropout draws the same at every point. Only trainable parameters move and count.
///
/// The network stays untouched (a copy runs). One forward and backward pass a step. Throws Cancelled.
template <class S>
LossLandscape loss_landscape(const nn::Network<S>& network, const Tensor<S>& images,
                             std::span<const std::int64_t> labels, std::span<const double> steps, ThreadPool& pool,
                             const Watch& watch = {});

}  // namespace normscope::instruments
