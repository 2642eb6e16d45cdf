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
    /// γ and β; empty without affine.
    virtual std::span<const S> weight() const = 0;
    virtual std::span<const S> bias() const = 0;
};

}  // namespace normscope::nn
