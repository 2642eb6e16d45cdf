// Maximum over square windows.
#pragma once

#include "core/nn/Module.h"

#include <vector>

namespace normscope::nn {

/// kernel × kernel windows with stride = kernel; what does not fill a window is left out, as in
/// torch.nn.MaxPool2d. Of equal values the first in row order gets the gradient; NaN wins.
template <class S>
class MaxPool2d : public Module<S> {
   public:
    explicit MaxPool2d(std::int64_t kernel);

    std::string kind() const override { return "MaxPool2d"; }
    std::string detail() const override;
    Shape output_shape(const Shape& input) const override;
    const Tensor<S>& forward(const Tensor<S>& x, const Pass& pass) override;
    const Tensor<S>& backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) override;
    std::unique_ptr<Module<S>> clone() const override { return std::make_unique<MaxPool2d>(m_kernel); }

   private:
    std::int64_t m_kernel;
    Shape m_input_shape;
    Tensor<S> m_output;
    std::vector<std::int32_t> m_winner;  ///< offset of each output's maximum within its input image
    Tensor<S> m_input_gradient;
};

}  // namespace normscope::nn
