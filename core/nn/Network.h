// A tree of named layers with its parameters.
#pragma once

#include "core/nn/BatchNorm2d.h"
#include "core/nn/Sequential.h"

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

/// Owns its layers and the arena of their parameters. A value: copying it copies parameters and
/// buffers (not activations).
template <class S>
class Network {
   public:
    using Layer = NamedModule<S>;

    /// Checks the chain for images of this shape (n is ignored). Throws ShapeError.
    Network(std::string name, std::vector<Layer> layers, const Shape& image);
    Network(const Network& other);
    Network& operator=(const Network& other);
    Network(Network&&) = default;
    Network& operator=(Network&&) = default;
    ~Network() = default;

    const std::string& name() const { return m_name; }
    /// Height, width and channels of the images it was made for; n is 0.
    const Shape& image_shape() const { return m_image; }
    /// Shape of the logits for images of this shape. Throws ShapeError.
    Shape output_shape(const Shape& images) const { return m_chain->output_shape(images); }

    /// The outermost layers, some of which may hold others.
    const std::vector<Layer>& layers() const { return m_chain->layers(); }
    /// Layers that hold no others, in the order in which they run; their name() is the full one. A LayerIndex
    /// counts these.
    const std::vector<Module<S>*>& leaves() const { return m_leaves; }
    /// Layers that take batch statistics, with their positions in leaves().
    const std::vector<std::pair<std::int64_t, BatchNorm2d<S>*>>& norm_layers() const { return m_norm_layers; }
    /// The normalization layers that take none, with their positions in leaves().
    const std::vector<std::pair<std::int64_t, NormLayer<S>*>>& image_norm_layers() const { return m_image_norm_layers; }

    /// Initial values from the seed.
    void reset(std::uint64_t seed);

    /// Logits (N, 1, 1, classes) for images (N, H, W, C). `x` must live until backward() is done.
    const Tensor<S>& forward(const Tensor<S>& x, const Pass& pass);
    /// Gradients of all parameters from ∂L/∂logits.
    void backward(const Tensor<S>& gradient, const Pass& pass);

    ParameterArena<S>& parameters() { return m_parameters; }
    const ParameterArena<S>& parameters() const { return m_parameters; }

    /// Parameters and buffers, named and ordered as PyTorch's state_dict().
    std::vector<StateTensor<S>> state() const;
    /// Takes over all values. Throws InputError that lists every missing, unexpected and misshaped
    /// tensor; then nothing has changed. A missing num_batches_tracked counts as 0; the names of those
    /// are returned.
    std::vector<std::string> load_state(const std::vector<StateTensor<S>>& state);

   private:
    void bind();

    std::string m_name;
    Shape m_image;
    std::unique_ptr<Sequential<S>> m_chain;
    std::vector<Module<S>*> m_modules;  ///< all below the chain, in the order of PyTorch's state dict
    std::vector<Module<S>*> m_leaves;
    std::vector<std::pair<std::int64_t, BatchNorm2d<S>*>> m_norm_layers;
    std::vector<std::pair<std::int64_t, NormLayer<S>*>> m_image_norm_layers;
    ParameterArena<S> m_parameters;
};

}  // namespace normscope::nn
