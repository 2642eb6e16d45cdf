// A residual block.
#pragma once

#include "core/nn/Sequential.h"

namespace normscope::nn {

class ResidualJoin;

/// y = after(main(x) + shortcut(x)), after He et al. 2016, "Deep residual learning for image recognition".
/// An empty shortcut is the identity; otherwise its layers are named "downsample.0" … as in torchvision.
/// State order: main, downsample, after.
template <class S>
class Residual : public Module<S> {
   public:
    Residual(std::vector<NamedModule<S>> main, std::vector<NamedModule<S>> shortcut, std::vector<NamedModule<S>> after);
    ~Residual() override;

    std::string kind() const override { return "Residual"; }
    /// Throws ShapeError if the two branches do not have the same shape.
    Shape output_shape(const Shape& input) const override;
    const Tensor<S>& forward(const Tensor<S>& x, const Pass& pass) override;
    const Tensor<S>& backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) override;
    std::vector<const NamedModule<S>*> children() const override;
    std::unique_ptr<Module<S>> clone() const override;

    const Sequential<S>& main() const { return m_main; }
    const Sequential<S>& shortcut() const { return m_shortcut; }
    const Sequential<S>& after() const { return m_after; }

   private:
    /// With kernels: the sum's only use is a ReLU, and nobody needs to keep it.
    bool can_rectify_sum(const Pass& pass) const;
    /// Whether the branches' last norms can be computed with it, too; then m_join is there.
    bool can_join(const Shape& x, const Pass& pass);
    /// max(main + shortcut, 0) at once.
    const Tensor<S>& rectify_sum(const Tensor<S>& main, const Tensor<S>& shortcut, const Pass& pass);
    /// ∂L/∂sum, and from there the branches.
    const Tensor<S>& backward_through_rectifier(const Tensor<S>& gradient, const Pass& pass, bool input_gradient);
    const Tensor<S>& backward_of_branches(const Tensor<S>& sum_gradient, const Pass& pass, bool input_gradient);

    Sequential<S> m_main;
    Sequential<S> m_shortcut;
    Sequential<S> m_after;
    Tensor<S> m_sum;
    Tensor<S> m_input_gradient;
    bool m_rectifies = false;  ///< in the last forward pass
    Tensor<S> m_output;        ///< … and then
    Tensor<S> m_sum_gradient;
    bool m_joined = false;  ///< in the last forward pass
    std::unique_ptr<ResidualJoin> m_join;
};

}  // namespace normscope::nn
