// Layers one after the other.
#pragma once

#include "core/nn/Module.h"

namespace normscope::nn {

/// A chain of named layers, as torch.nn.Sequential. Without layers it passes everything on unchanged.
template <class S>
class Sequential : public Module<S> {
   public:
    Sequential() = default;
    explicit Sequential(std::vector<NamedModule<S>> layers) : m_layers(std::move(layers)) {}

    std::string kind() const override { return "Sequential"; }
    /// Throws ShapeError that names the layer which cannot take its input.
    Shape output_shape(const Shape& input) const override;
    const Tensor<S>& forward(const Tensor<S>& x, const Pass& pass) override;
    /// An empty chain returns `gradient` itself.
    const Tensor<S>& backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) override;
    std::vector<const NamedModule<S>*> children() const override;
    std::unique_ptr<Module<S>> clone() const override { return std::make_unique<Sequential>(clone_layers(m_layers)); }

    const std::vector<NamedModule<S>>& layers() const { return m_layers; }

    static std::vector<NamedModule<S>> clone_layers(const std::vector<NamedModule<S>>& layers);

   private:
    std::vector<NamedModule<S>> m_layers;
};

}  // namespace normscope::nn
