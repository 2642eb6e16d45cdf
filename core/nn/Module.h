// What every layer can do.
#pragma once

#include "core/nn/Parameter.h"
#include "core/nn/Pass.h"
#include "core/random/RandomStream.h"
#include "core/tensor/Tensor.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace normscope::nn {

/// A layer was given a shape it cannot take. The sentence names both.
class ShapeError : public std::invalid_argument {
   public:
    using std::invalid_argument::invalid_argument;
};

template <class S>
class Module;

/// A layer under the name its container knows it by, e.g. "conv1".
template <class S>
struct NamedModule {
    std::string name;
    std::unique_ptr<Module<S>> module;
};

/// A layer. It owns its output and its input gradient; both live until its next forward or backward.
/// Used by one thread at a time. S is float to train, double to check gradients.
template <class S>
class Module {
   public:
    virtual ~Module() = default;
    Module& operator=(const Module&) = delete;

    /// Name within the network, e.g. "layer1.conv2"; random streams are named after it. Set by the network.
    const std::string& name() const { return m_name; }
    void set_name(std::string name) { m_name = std::move(name); }

    /// PyTorch's class name, e.g. "Conv2d".
    virtual std::string kind() const = 0;
    /// Short description for people, e.g. "3×3 · 16"; may be empty.
    virtual std::string detail() const { return {}; }

    /// Shape of the output for an input shape. Throws ShapeError.
    virtual Shape output_shape(const Shape& input) const = 0;

    /// `x` must stay unchanged until backward() is done. Throws ShapeError.
    virtual const Tensor<S>& forward(const Tensor<S>& x, const Pass& pass) = 0;

    /// `gradient` is ∂L/∂output of the last forward pass. Writes the parameters' gradients (replacing
    /// what was there) and returns ∂L/∂x, or an empty tensor if `input_gradient` is false. Once for each
    /// forward pass: what that computed may be used up.
    virtual const Tensor<S>& backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient = true) = 0;

    /// Own ones, in the order of PyTorch's state dict. Pointers stay valid for the life of the module.
    virtual std::vector<Parameter<S>*> parameters() { return {}; }
    /// Own ones, in the order of PyTorch's state dict; views that stay valid for the life of the module.
    virtual std::vector<Buffer<S>> buffers() { return {}; }
    /// Layers inside this one, in the order in which they run; empty for a leaf.
    virtual std::vector<const NamedModule<S>*> children() const { return {}; }

    /// Sets own parameters to their initial values as PyTorch does, drawing from streams of `seed`
    /// that are named after name(). Buffers too.
    virtual void reset(std::uint64_t /*seed*/) {}

    /// A copy with the same options and buffers, not yet bound to an arena and without activations.
    virtual std::unique_ptr<Module> clone() const = 0;

   protected:
    Module() = default;
    Module(const Module&) = default;

   private:
    std::string m_name;
};

/// Runs a layer and lets the pass's observer look on. Containers run their children through these.
template <class S>
const Tensor<S>& run_forward(Module<S>& layer, const Tensor<S>& x, const Pass& pass) {
    const Tensor<S>& y = layer.forward(x, pass);
    if constexpr (std::is_same_v<S, float>) {
        if (pass.observer && layer.children().empty()) pass.observer->saw_forward(layer, x, y);
    }
    return y;
}
template <class S>
const Tensor<S>& run_backward(Module<S>& layer, const Tensor<S>& gradient, const Pass& pass, bool input_gradient) {
    if constexpr (std::is_same_v<S, float>) {
        if (pass.observer && layer.children().empty()) pass.observer->saw_backward(layer, gradient);
    }
    return layer.backward(gradient, pass, input_gradient);
}

}  // namespace normscope::nn
