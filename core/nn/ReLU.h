// Rectifier.
#pragma once

#include "core/nn/Module.h"

namespace normscope::nn {

/// y = max(x, 0). NaN stays NaN. The gradient at 0 is 0, as in PyTorch.
template <class S>
class ReLU : public Module<S> {
   public:
    std::string kind() const override { return "ReLU"; }
    Shape output_shape(const Shape& input) const override { return input; }
    const Tensor<S>& forward(const Tensor<S>& x, const Pass& pass) override;
    const Tensor<S>& backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) override;
    std::unique_ptr<Module<S>> clone() const override { return std::make_unique<ReLU>(); }

   private:
    Tensor<S> m_output;
    Tensor<S> m_input_gradient;
    bool m_used_kernels = false;
};

}  // namespace normscope::nn
