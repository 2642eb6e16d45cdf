// Which layers of a chain are computed together.
#pragma once

#include "core/nn/FusedChain.h"

#include <memory>
#include <vector>

namespace normscope::nn {

/// Splits a chain of layers into runs of conv (→ norm) (→ ReLU) (→ 2×2 max-pool) blocks and single layers, and
/// runs them. Refers to the layers; made again for a copy of them.
class FusionPlan {
   public:
    explicit FusionPlan(const std::vector<NamedModule<float>>& layers);

    const Tensor<float>& forward(const Tensor<float>& x, const Pass& pass);
    /// Of the last forward pass.
    const Tensor<float>& backward(const Tensor<float>& gradient, const Pass& pass, bool input_gradient);
    /// Whether all of it was computed at once: then ∂L/∂x can be added to a tensor, `gradient` itself included.
    bool was_one_chain() const { return m_segments.size() == 1 && m_segments[0].was_fused; }
    void backward_into(const Tensor<float>& gradient, const Pass& pass, Tensor<float>& dx, bool accumulate) {
        m_segments[0].chain->backward_into(gradient, pass, dx, accumulate);
    }
    /// The chain that all of it is, or null.
    FusedChain* only_chain() const { return m_segments.size() == 1 ? m_segments[0].chain.get() : nullptr; }

   private:
    struct Segment {
        std::vector<Module<float>*> layers;
        std::unique_ptr<FusedChain> chain;  ///< null for a single layer
        bool was_fused = false;             ///< in the last forward pass
    };
    std::vector<Segment> m_segments;
};

}  // namespace normscope::nn
