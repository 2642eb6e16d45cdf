// Softmax cross entropy.
#pragma once

#include "core/tensor/Tensor.h"

#include <span>

namespace normscope::nn {

struct Classification {
    double loss = 0;           ///< mean over the batch
    std::int64_t correct = 0;  ///< images whose largest logit is their label's
};

/// loss = mean of −Σ_k t_k · log softmax(logits)_k with t = (1 − ε)·[k = label] + ε/classes, as
/// torch.nn.functional.cross_entropy(label_smoothing=ε) (Szegedy et al. 2016). `logits` is (N, 1, 1, classes). Writes
/// ∂loss/∂logits unless `gradient` is null. Throws InputError for labels outside 0 … classes − 1 and ε outside 0 … 1,
/// std::invalid_argument for another number of labels.
template <class S>
Classification cross_entropy(const Tensor<S>& logits, std::span<const std::int64_t> labels, Tensor<S>* gradient,
                             double label_smoothing = 0);

}  // namespace normscope::nn
