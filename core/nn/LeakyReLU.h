// Leaky rectifier (Maas, Hannun and Ng 2013).
#pragma once

#include "core/nn/Module.h"

namespace normscope::nn {

/// y = x for x > 0, else negative_slope·x, as torch.nn.LeakyReLU. The gradient at 0 is the slope's. NaN stays NaN;
/// any shape.
template <class S>
class LeakyReLU : public Module<S> {
   public:
    explicit LeakyReLU(double negative_slope = 0.01) : m_negative_slope(negative_slope) {}

    std::string kind() const override { return "LeakyReLU"; }
    std::string detail() const override;
    Shape output_shape(const Shape& input) const override { return input; }
    const Tensor<S>& forward(const Tensor<S>& x, const Pass& pass) override;
    const Tensor<S>& backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) override;
    std::unique_ptr<Module<S>> clone() const override { return std::make_unique<LeakyReLU>(m_negative_slope); }

    double negative_slope() const { return m_negative_slope; }

   private:
    double m_negative_slope;
    const Tensor<S>* m_input = nullptr;
    Tensor<S> m_output;
    Tensor<S> m_input_gradient;
};

}  // namespace normscope::nn
