// Logistic function.
#pragma once

#include "core/nn/Module.h"

namespace normscope::nn {

/// y = 1 / (1 + e^(−x)), dx = g·y·(1 − y), as torch.nn.Sigmoid. NaN stays NaN; any shape.
template <class S>
class Sigmoid : public Module<S> {
   public:
    std::string kind() const override { return "Sigmoid"; }
    Shape output_shape(const Shape& input) const override { return input; }
    const Tensor<S>& forward(const Tensor<S>& x, const Pass& pass) override;
    const Tensor<S>& backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) override;
    std::unique_ptr<Module<S>> clone() const override { return std::make_unique<Sigmoid>(); }

   private:
    Tensor<S> m_output;
    Tensor<S> m_input_gradient;
};

}  // namespace normscope::nn
