// Feature maps to vectors.
#pragma once

#include "core/nn/Module.h"

namespace normscope::nn {

/// (N, H, W, C) → (N, 1, 1, H·W·C), in memory order. PyTorch's (C, H, W) order is restored where a
/// Linear layer behind it is written to a file (Layout::linear_hwc).
template <class S>
class Flatten : public Module<S> {
   public:
    std::string kind() const override { return "Flatten"; }
    Shape output_shape(const Shape& input) const override { return {input.n, 1, 1, input.image_size()}; }
    const Tensor<S>& forward(const Tensor<S>& x, const Pass& pass) override;
    const Tensor<S>& backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) override;
    std::unique_ptr<Module<S>> clone() const override { return std::make_unique<Flatten>(); }

   private:
    Shape m_input_shape;
    Tensor<S> m_output;
    Tensor<S> m_input_gradient;
};

}  // namespace normscope::nn
