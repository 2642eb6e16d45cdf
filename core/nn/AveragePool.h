// Means over windows: what AvgPool2d and AdaptiveAvgPool2d share.
#pragma once

#include "core/nn/Module.h"

namespace normscope::nn {

/// y = Σ over the window / divisor; every pixel of the window gets g / divisor. Windows are products of a range of rows
/// and one of columns. Sums run in double.
template <class S>
class AveragePool : public Module<S> {
   public:
    const Tensor<S>& forward(const Tensor<S>& x, const Pass& pass) override;
    const Tensor<S>& backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) override;

   protected:
    /// The pixels of window i of `count` along a side of `size` pixels.
    virtual WorkRange window(std::int64_t i, std::int64_t count, std::int64_t size) const = 0;
    /// What the sum over a window of so many pixels is divided by.
    virtual double divisor(std::int64_t pixels) const = 0;

   private:
    /// `sum` is memory for a value of each channel.
    void pool_image(const Tensor<S>& x, std::int64_t n, double* sum);
    void spread_image(const Tensor<S>& gradient, std::int64_t n);

    Shape m_input_shape;
    AlignedVector<double> m_sums;  ///< by work group
    Tensor<S> m_output;
    Tensor<S> m_input_gradient;
};

}  // namespace normscope::nn
