// A chain of named layers.
#pragma once

#include "core/nn/BatchNorm2d.h"
#include "core/nn/Module.h"

#include <string>
#include <vector>

namespace normscope::nn {

/// One tensor of the state dict, in PyTorch's order of values.
template <class S>
struct StateTensor {
    std::string name;                ///< e.g. "bn1.running_mean"
    std::vector<std::int64_t> dims;  ///< PyTorch's shape; empty for num_batches_tracked
    std::vector<S> values;           ///< empty for num_batches_tracked
    std::int64_t count = 0;          ///< value of num_batches_tracked
    bool is_count = false;
};

/// A sequential network: owns its layers and the arena of their parameters. A value: copying it
/// copies parameters and buffers (not activations).
template <class S>
class Network {
   public:
    struct Layer {
        std::string name;  ///< "conv1", "bn1", …
        std::unique_ptr<Module<S>> module;
    };

    /// Checks the chain for images of this shape (n is ignored). Throws ShapeError.
    Network(std::string name, std::vector<Layer> layers, const Shape& image);
    Network(const Network& other);
    Network& operator=(const Network& other);
    Network(Network&&) = default;
    Network& operator=(Network&&) = default;
    ~Network() = default;

    const std::string& name() const { return m_name; }
    /// Height, width and channels of the images it takes; n is 0.
    const Shape& image_shape() const { return m_image; }
    const std::vector<Layer>& layers() const { return m_layers; }
    /// Layers that keep batch statistics, with their positions in layers().
    const std::vector<std::pair<std::int64_t, BatchNorm2d<S>*>>& norm_layers() const { return m_norm_layers; }

    /// Initial values from the seed.
    void reset(std::uint64_t seed);

    /// Logits (N, 1, 1, classes) for images (N, H, W, C). `x` must live until backward() is done.
    const Tensor<S>& forward(const Tensor<S>& x, const Pass& pass);
    /// Gradients of all parameters from ∂L/∂logits.
    void backward(const Tensor<S>& gradient, const Pass& pass);

    ParameterArena<S>& parameters() { return m_parameters; }

    /// Parameters and buffers, named and ordered as PyTorch's state_dict().
    std::vector<StateTensor<S>> state() const;
    /// Takes over all values. Throws InputError that lists every missing, unexpected and misshaped
    /// tensor; then nothing has changed. A missing num_batches_tracked counts as 0.
    void load_state(const std::vector<StateTensor<S>>& state);

   private:
    void bind();

    std::string m_name;
    Shape m_image;
    std::vector<Layer> m_layers;
    std::vector<std::pair<std::int64_t, BatchNorm2d<S>*>> m_norm_layers;
    ParameterArena<S> m_parameters;
};

}  // namespace normscope::nn
