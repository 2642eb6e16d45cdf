// What all normalization layers have in common.
#pragma once

#include "core/nn/Module.h"

#include <span>

namespace normscope::nn {

/// A layer that normalizes and then scales by γ (`weight`) and shifts by β (`bias`).
template <class S>
class NormLayer : public Module<S> {
   public:
    virtual std::int64_t channels() const = 0;
    /// Added to the variance inside the root; may change between passes.
    virtual double eps() const = 0;
    virtual void set_eps(double eps) = 0;
    /// γ and β are not trainable: the optimizer leaves them alone. Their gradients are computed all the same.
    virtual bool frozen_affine() const = 0;
    virtual void set_frozen_affine(bool frozen) = 0;
    /// γ and β; empty without affine.
    virtual std::span<const S> weight() const = 0;
    virtual std::span<const S> bias() const = 0;
};

}  // namespace normscope::nn
