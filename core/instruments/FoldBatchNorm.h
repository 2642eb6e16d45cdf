// Batch normalization folded into the layer before it, for inference.
#pragma once

#include "core/nn/Network.h"

#include <string>
#include <vector>

namespace normscope::instruments {

/// What became of one BatchNorm layer.
struct FoldRecord {
    std::string norm;      ///< full name, e.g. "layer1.bn2"
    std::string into;      ///< the layer it was folded into; empty if it was kept
    std::string sentence;  ///< for people, with the reason if it was kept

    bool is_folded() const { return !into.empty(); }
};

template <class S>
struct FoldedNetwork {
    nn::Network<S> network;
    std::vector<FoldRecord> records;  ///< in the order of Network::norm_layers()
};

/// A network that gives the same logits in eval mode, to rounding, without those BatchNorm layers that follow a
/// convolution or linear layer directly, be it inside residual blocks:
///
///   W' = W·γ·is per output channel,  b' = (b − μ)·γ·is + β,  is = 1/√(σ² + eps),  μ and σ² from the buffers
///
/// (Jacob et al. 2018, "Quantization and training of neural networks …", section 3.2). A layer without bias gets one.
/// All layers keep their names. Kept are norm layers that stand behind anything else, since only a linear map can take
/// the factor, and those without buffers, which normalize with batch statistics in eval mode too. Train mode has no
/// meaning for the result: nothing would be normalized. Computed in double.
template <class S>
FoldedNetwork<S> fold_batch_norm(const nn::Network<S>& network);

}  // namespace normscope::instruments
