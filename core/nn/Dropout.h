// Dropout (Srivastava et al. 2014), inverted.
#pragma once

#include "core/nn/Module.h"

namespace normscope::nn {

/// Train mode: each value becomes 0 with probability p, the others x/(1 − p), as torch.nn.Dropout; dx likewise. Eval
/// mode: y = x. Any shape. Image n of a pass draws from the stream "dropout/" + name() + "/" + draw with number n, so
/// the same seed and draw give the same zeros with any number of threads.
template <class S>
class Dropout : public Module<S> {
   public:
    /// Throws InputError unless 0 ≤ p ≤ 1.
    explicit Dropout(double p = 0.5);

    std::string kind() const override { return "Dropout"; }
    std::string detail() const override;
    Shape output_shape(const Shape& input) const override { return input; }
    const Tensor<S>& forward(const Tensor<S>& x, const Pass& pass) override;
    const Tensor<S>& backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) override;
    std::unique_ptr<Module<S>> clone() const override { return std::make_unique<Dropout>(m_p); }

    double p() const { return m_p; }

   private:
    void draw_factors(const Shape& shape, const Pass& pass);

    double m_p;
    Tensor<S> m_factors;  ///< 0 or 1/(1 − p); all 1 in eval mode
    Tensor<S> m_output;
    Tensor<S> m_input_gradient;
};

}  // namespace normscope::nn
