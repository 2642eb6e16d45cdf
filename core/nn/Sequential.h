// Layers one after the other.
#pragma once

#include "core/nn/Module.h"

namespace normscope::nn {

class FusedChain;
class FusionPlan;

/// A chain of named layers, as torch.nn.Sequential. Without layers it passes everything on unchanged.
/// With kernels, blocks of layers are computed together: see FusedChain.
template <class S>
class Sequential : public Module<S> {
   public:
    Sequential();
    explicit Sequential(std::vector<NamedModule<S>> layers);
    ~Sequential() override;

    std::string kind() const override { return "Sequential"; }
    /// Throws ShapeError that names the layer which cannot take its input.
    Shape output_shape(const Shape& input) const override;
    const Tensor<S>& forward(const Tensor<S>& x, const Pass& pass) override;
    /// An empty chain returns `gradient` itself.
    const Tensor<S>& backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) override;
    /// The same, but writes ∂L/∂x to `dx` or adds it to what is there; with `accumulate` that may be `gradient` itself.
    /// False if the last forward pass was made in a way that cannot; then nothing has happened.
    bool backward_into(const Tensor<S>& gradient, const Pass& pass, Tensor<S>& dx, bool accumulate);
    /// The chain of blocks that all layers are computed as in this pass, or null: not all are, or not in float.
    FusedChain* only_chain(const Shape& x, const Pass& pass);
    std::vector<const NamedModule<S>*> children() const override;
    std::unique_ptr<Module<S>> clone() const override { return std::make_unique<Sequential>(clone_layers(m_layers)); }

    const std::vector<NamedModule<S>>& layers() const { return m_layers; }

    static std::vector<NamedModule<S>> clone_layers(const std::vector<NamedModule<S>>& layers);

   private:
    std::vector<NamedModule<S>> m_layers;
    std::unique_ptr<FusionPlan> m_plan;  ///< made by the first pass with kernels
    bool m_used_plan = false;
};

}  // namespace normscope::nn
