// How gradients change parameters: SGD, Adam, AdamW, as in torch.optim.
#pragma once

#include "core/nn/Parameter.h"
#include "core/tensor/AlignedVector.h"

#include <cstdint>
#include <vector>

namespace normscope::optim {

enum class Algorithm { sgd, adam, adamw };

/// Named as torch.optim names them. All may change between steps.
struct Options {
    Algorithm algorithm = Algorithm::sgd;
    double lr = 0.05;
    double momentum = 0.9;     ///< SGD only
    bool nesterov = false;     ///< SGD only
    double weight_decay = 0;   ///< SGD and Adam: added to the gradient; AdamW: decoupled
    double beta1 = 0.9;        ///< Adam and AdamW
    double beta2 = 0.999;      ///< Adam and AdamW
    double eps = 1e-8;         ///< Adam and AdamW
    bool exempt_norm = false;  ///< no weight decay for γ and β
};

/// What an optimizer remembers. `first` is SGD's momentum buffer or Adam's exp_avg, `second` Adam's
/// exp_avg_sq; both are laid out as the arena's values, or empty before the first step. `updates` counts by parameter.
template <class S>
struct OptimizerState {
    AlignedVector<S> first;
    AlignedVector<S> second;
    std::vector<std::int64_t> updates;
};

/// SGD (Sutskever et al. 2013, PyTorch's form):
///   g ← ∇ + λp;  v ← momentum·v + g;  p ← p − lr·v   (nesterov: p ← p − lr·(g + momentum·v))
/// Adam (Kingma and Ba 2015), AdamW (Loshchilov and Hutter 2019), t counted from 1:
///   m ← β₁m + (1 − β₁)g;  v ← β₂v + (1 − β₂)g²;  p ← p − lr/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + eps)
///   Adam: g ← ∇ + λp;  AdamW: p ← (1 − lr·λ)p before that.
/// Parameters that are not trainable stay as they are. A value: copying it copies its state.
template <class S>
class Optimizer {
   public:
    /// One update. Always with the same arena (or a copy of it). Throws std::invalid_argument for nesterov without
    /// momentum, as PyTorch does.
    void step(nn::ParameterArena<S>& parameters, const Options& options);

    const OptimizerState<S>& state() const { return m_state; }
    void set_state(OptimizerState<S> state) { m_state = std::move(state); }

   private:
    OptimizerState<S> m_state;
};

}  // namespace normscope::optim
