// Learned parameters and buffers: where they live and how files order them.
#pragma once

#include "core/tensor/AlignedVector.h"

#include <cstdint>
#include <functional>
#include <numeric>
#include <span>
#include <string>
#include <vector>

namespace normscope::nn {

/// How a parameter is laid out in memory. PyTorch's order appears in files only.
enum class Layout {
    plain,       ///< as PyTorch
    conv_hwio,   ///< (kernel height, width, in, out); PyTorch has (out, in, height, width)
    linear_hwc,  ///< (out, h·w·c) behind a Flatten of (h, w, c); PyTorch flattens (c, h, w)
    plain_hwc,   ///< (h, w, c), one value an element of an image; PyTorch has (c, h, w)
};

/// A learned tensor of one layer. `value` and `gradient` point into a ParameterArena.
template <class S>
struct Parameter {
    std::string name;                ///< within the layer: "weight", "bias"
    std::vector<std::int64_t> dims;  ///< PyTorch's shape
    Layout layout = Layout::plain;
    std::vector<std::int64_t> hwc;  ///< for linear_hwc and plain_hwc: height, width and channels
    bool trainable = true;          ///< false: the optimizer leaves it alone (requires_grad in PyTorch)
    bool of_norm = false;           ///< γ or β, which weight decay may exempt
    std::span<S> value;
    std::span<S> gradient;

    std::int64_t size() const {
        return std::accumulate(dims.begin(), dims.end(), std::int64_t{1}, std::multiplies<>());
    }
};

/// A view of a tensor that is part of the state but not learned.
template <class S>
struct Buffer {
    std::string name;                ///< within the layer: "running_mean", …
    std::vector<std::int64_t> dims;  ///< PyTorch's shape
    std::span<S> value;
    std::int64_t* count = nullptr;  ///< instead of `value`, for num_batches_tracked
};

/// Copies a parameter's values in PyTorch's order.
template <class S>
std::vector<S> to_torch_order(const Parameter<S>& parameter, std::span<const S> values);
/// Fills values from PyTorch's order. `source` has parameter.size() values.
template <class S>
void from_torch_order(const Parameter<S>& parameter, std::span<const S> source, std::span<S> values);

/// One block of memory for all parameters of a network and one for their gradients, so that one loop
/// saves, zeroes, steps or copies them. Binds the parameters' spans; the layers own the Parameter
/// objects, which must outlive the arena's use and not move.
template <class S>
class ParameterArena {
   public:
    ParameterArena() = default;
    explicit ParameterArena(const std::vector<Parameter<S>*>& parameters);

    std::span<S> values() { return m_values; }
    std::span<const S> values() const { return m_values; }
    std::span<S> gradients() { return m_gradients; }
    std::span<const S> gradients() const { return m_gradients; }
    /// In the order of their values in memory.
    const std::vector<Parameter<S>*>& parameters() const { return m_parameters; }

   private:
    std::vector<Parameter<S>*> m_parameters;
    AlignedVector<S> m_values;
    AlignedVector<S> m_gradients;
};

}  // namespace normscope::nn
