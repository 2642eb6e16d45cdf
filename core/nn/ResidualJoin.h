// The end of a residual block as one computation.
#pragma once

#include "core/nn/FusedChain.h"

namespace normscope::nn {

/// y = max(norm(main(x)) + shortcut(x), 0), where main is a chain that ends with a norm or a convolution and shortcut
/// is another one or the identity. Reads the convolutions' outputs once; the backward pass sums both norms' gradients
/// while it masks the gradient. The same bits as step by step.
class ResidualJoin {
   public:
    /// `shortcut` may be null: the identity. The chains must live as long.
    ResidualJoin(FusedChain& main, FusedChain* shortcut) : m_main(main), m_shortcut(shortcut) {}

    void forward(const Tensor<float>& x, const Pass& pass, Tensor<float>& y);
    /// `y` is what forward() wrote; ∂L/∂sum takes its place, which is still in the cache. ∂L/∂x goes to the tensor
    /// returned: dx, or for the identity y. Without input_gradient that has no meaning.
    const Tensor<float>& backward(Tensor<float>& y, const Tensor<float>& gradient, const Pass& pass,
                                  bool input_gradient, Tensor<float>& dx);

   private:
    kernels::NormBranch main_branch(std::int64_t n, std::int64_t group) const;
    kernels::NormBranch other_branch(std::int64_t n, std::int64_t group) const;

    FusedChain& m_main;
    FusedChain* m_shortcut;
    const Tensor<float>* m_input = nullptr;
};

}  // namespace normscope::nn
