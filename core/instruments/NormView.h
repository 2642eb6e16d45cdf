// What one norm layer makes of a batch: before it, after it, after the activation behind it.
#pragma once

#include "core/instruments/NormStatistics.h"
#include "core/nn/Network.h"
#include "core/telemetry/Indices.h"

#include <string>
#include <vector>

namespace normscope::instruments {

/// Of one pass. Tensors are (N, H, W, C) of that layer, copies.
struct NormView {
    std::string name;
    Tensor<float> x;            ///< before
    Tensor<float> y;            ///< after: γ·x̂ + β
    std::string activation;     ///< kind of the activation that takes y, e.g. "ReLU"; empty: there is none
    bool behind_sum = false;    ///< the activation takes the sum of y and the other branch of a residual block
    Tensor<float> activated;    ///< what it gives; of no images without activation
    NormStatistics statistics;  ///< that x was normalized with
    /// γ and β by channel, or by element (H, W, C) for a LayerNorm behind maps; empty without affine.
    std::vector<float> weight;
    std::vector<float> bias;
    Tensor<float> logits;

    /// x̂ of one value, computed in double.
    double x_hat(std::int64_t n, std::int64_t h, std::int64_t w, std::int64_t c) const {
        return (static_cast<double>(x.at(n, h, w, c)) - statistics.mean(n, c)) * statistics.inv_std(n, c);
    }
};

/// Runs the images through the network as `pass` says, but without updating buffers, and shows norm layer `layer` (a
/// position in network.leaves()). The network is not const because its activations are overwritten. Throws
/// std::invalid_argument if that is no norm layer, and what the network throws (InputError for a batch of one value a
/// channel).
NormView view_norm(nn::Network<float>& network, LayerIndex layer, const Tensor<float>& images, nn::Pass pass);

}  // namespace normscope::instruments
