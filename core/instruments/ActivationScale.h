// How large activations, gradients and updates are, layer by layer.
#pragma once

#include "core/nn/Network.h"
#include "core/telemetry/Indices.h"
#include "core/train/BatchLoader.h"

#include <cstdint>
#include <string>
#include <vector>

namespace normscope::instruments {

/// Over all values of one leaf's output y (N, H, W, C), and of ∂L/∂y.
struct LayerScale {
    LayerIndex layer;
    std::string name;
    std::string kind;
    double mean_abs = 0;  ///< mean |y|
    double rms = 0;       ///< √(mean y²)
    double max_abs = 0;   ///< max |y|; NaN if there is one
    double zeros = 0;     ///< share of values that are 0
    /// Share of values that let hardly any gradient through: y = 0 of a ReLU; y < 0.01 or y > 0.99 of a Sigmoid, where
    /// its slope is below 4 % of the steepest. 0 for other layers.
    double saturated = 0;
    std::int64_t non_finite = 0;  ///< values that are infinite or NaN
    double gradient_rms = 0;      ///< √(mean (∂L/∂y)²)
};

/// Of one parameter tensor W and g = ∂L/∂W.
struct ParameterScale {
    std::string name;  ///< full name, e.g. "conv1.weight"
    double rms = 0;
    double gradient_rms = 0;
    double update_ratio = 0;  ///< lr·‖g‖/‖W‖, for a step of plain SGD; infinite if W is 0 and g is not
    bool trainable = true;
};

struct ActivationScale {
    double loss = 0;
    std::vector<LayerScale> layers;          ///< in the order of Network::leaves()
    std::vector<ParameterScale> parameters;  ///< in the order of the network's arena
};

/// One batch through train mode and back, cross entropy as loss, no update. The network stays untouched: parameters,
/// gradients, buffers (a copy runs). Sums run in double, in an order that does not depend on the number of threads.
/// What one wants to see in them: Glorot and Bengio 2010, "Understanding the difficulty of training deep feedforward
/// neural networks".
ActivationScale activation_scale(const nn::Network<float>& network, const ImageBatch& batch, double lr,
                                 ThreadPool& pool);

}  // namespace normscope::instruments
