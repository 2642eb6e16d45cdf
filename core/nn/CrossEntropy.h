// Softmax cross entropy.
#pragma once

#include "core/tensor/Tensor.h"

#include <span>

namespace normscope::nn {

struct Classification {
    double loss = 0;           ///< mean over the batch
    std::int64_t correct = 0;  ///< images whose largest logit is their label's
};

/// loss = mean of −log softmax(logits)[label], as torch.nn.functional.cross_entropy. `logits` is
/// (N, 1, 1, classes). Writes ∂loss/∂logits unless `gradient` is null.
template <class S>
Classification cross_entropy(const Tensor<S>& logits, std::span<const std::int64_t> labels, Tensor<S>* gradient);

}  // namespace normscope::nn
