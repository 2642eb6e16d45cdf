// Stochastic gradient descent with momentum, as torch.optim.SGD.
#pragma once

#include "core/tensor/AlignedVector.h"

#include <span>

namespace normscope::optim {

struct SgdOptions {
    double lr = 0.05;
    double momentum = 0.9;
    double weight_decay = 0;
};

/// g ← ∇ + weight_decay·p;  v ← momentum·v + g;  p ← p − lr·v. A value: copying it copies v.
template <class S>
class Sgd {
   public:
    /// One update of all parameters. Both spans always have the same length.
    void step(std::span<S> parameters, std::span<const S> gradients, const SgdOptions& options);

    std::span<const S> velocity() const { return m_velocity; }

   private:
    AlignedVector<S> m_velocity;
};

}  // namespace normscope::optim
