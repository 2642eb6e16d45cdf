// What every layer can do.
#pragma once

#include "core/nn/Parameter.h"
#include "core/parallel/ThreadPool.h"
#include "core/random/RandomStream.h"
#include "core/tensor/Tensor.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace normscope::nn {

enum class Mode { train, eval };

/// How one forward pass is to be made.
struct Pass {
    ThreadPool& pool;
    Mode mode = Mode::train;
    /// Train mode without touching running statistics: for measuring what train mode would answer.
    bool update_buffers = true;
};

/// A layer was given a shape it cannot take. The sentence names both.
class ShapeError : public std::invalid_argument {
   public:
    using std::invalid_argument::invalid_argument;
};

/// A layer. It owns its output and its input gradient; both live until its next forward or backward.
/// Used by one thread at a time. S is float to train, double to check gradients.
template <class S>
class Module {
   public:
    virtual ~Module() = default;
    Module& operator=(const Module&) = delete;

    /// PyTorch's class name, e.g. "Conv2d".
    virtual std::string kind() const = 0;
    /// Short description for people, e.g. "3×3 · 16"; may be empty.
    virtual std::string detail() const { return {}; }

    /// Shape of the output for an input shape. Throws ShapeError.
    virtual Shape output_shape(const Shape& input) const = 0;

    /// `x` must stay unchanged until backward() is done. Throws ShapeError.
    virtual const Tensor<S>& forward(const Tensor<S>& x, const Pass& pass) = 0;

    /// `gradient` is ∂L/∂output of the last forward pass. Writes the parameters' gradients (replacing
    /// what was there) and returns ∂L/∂x, or an empty tensor if `input_gradient` is false.
    virtual const Tensor<S>& backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient = true) = 0;

    /// In the order of PyTorch's state dict. Pointers stay valid for the life of the module.
    virtual std::vector<Parameter<S>*> parameters() { return {}; }
    /// Sets the parameters to their initial values as PyTorch does, drawing from streams of `seed`
    /// that are named after `layer_name`. Buffers too.
    virtual void reset(std::uint64_t /*seed*/, const std::string& /*layer_name*/) {}

    /// A copy with the same options and buffers, not yet bound to an arena and without activations.
    virtual std::unique_ptr<Module> clone() const = 0;

   protected:
    Module() = default;
    Module(const Module&) = default;
};

}  // namespace normscope::nn
