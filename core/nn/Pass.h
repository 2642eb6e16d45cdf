// How one pass through a network is to be made.
#pragma once

#include "core/parallel/ThreadPool.h"
#include "core/tensor/Tensor.h"

#include <cstdint>
#include <string_view>

namespace normscope::nn {

template <class S>
class Module;

enum class Mode { train, eval };

/// Looks on while a network computes. Called on the computing thread for every leaf, in the order in
/// which they run; must not change anything. What it is given lives for the call only.
class LayerObserver {
   public:
    virtual ~LayerObserver() = default;
    virtual void saw_forward(const Module<float>& /*layer*/, const Tensor<float>& /*x*/, const Tensor<float>& /*y*/) {}
    /// `gradient` is ∂L/∂y of that layer.
    virtual void saw_backward(const Module<float>& /*layer*/, const Tensor<float>& /*gradient*/) {}
};

/// What computes in float. In double it is always the reference.
enum class Kernels {
    reference,  ///< plain loops and Eigen: the textbook, and the oracle of the others
    direct,     ///< vector kernels for the instruction set of the processor
    winograd,   ///< the same, with Winograd's algorithm for 3×3 convolutions where it is faster
};

/// By its name above. Throws InputError for any other.
Kernels kernels_named(std::string_view name);

/// Which random numbers layers draw in this pass: equal numbers, equal draws.
struct PassRandom {
    std::uint64_t seed = 0;
    std::uint64_t draw = 0;  ///< counts the passes of a training run
};

struct Pass {
    ThreadPool& pool;
    Mode mode = Mode::train;
    /// Train mode without touching running statistics: for measuring what train mode would answer.
    bool update_buffers = true;
    PassRandom random = {};
    /// May be null.
    LayerObserver* observer = nullptr;
    Kernels kernels = Kernels::direct;
};

}  // namespace normscope::nn
