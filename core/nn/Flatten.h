// Feature maps to vectors.
#pragma once

#include "core/nn/Module.h"

namespace normscope::nn {

enum class FlattenOrder {
    memory,  ///< (H, W, C), for a Linear layer behind it, whose weights go to files in PyTorch's order (linear_hwc)
    torch,   ///< (C, H, W) as torch.nn.Flatten, for layers whose state has one value a feature
};

/// (N, H, W, C) → (N, 1, 1, H·W·C).
template <class S>
class Flatten : public Module<S> {
   public:
    explicit Flatten(FlattenOrder order = FlattenOrder::memory) : m_order(order) {}
    FlattenOrder order() const { return m_order; }

    std::string kind() const override { return "Flatten"; }
    Shape output_shape(const Shape& input) const override { return {input.n, 1, 1, input.image_size()}; }
    const Tensor<S>& forward(const Tensor<S>& x, const Pass& pass) override;
    const Tensor<S>& backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) override;
    std::unique_ptr<Module<S>> clone() const override { return std::make_unique<Flatten>(m_order); }

   private:
    FlattenOrder m_order;
    Shape m_input_shape;
    Tensor<S> m_output;
    Tensor<S> m_input_gradient;
};

}  // namespace normscope::nn
