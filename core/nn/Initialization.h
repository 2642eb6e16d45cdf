// Initial values of weights, as PyTorch draws them.
#pragma once

#include "core/nn/Parameter.h"
#include "core/random/RandomStream.h"

namespace normscope::nn {

/// Fills the parameter uniformly in ±1/√fan_in: what torch.nn.init.kaiming_uniform_(a=√5) comes to
/// (He et al. 2015), and what PyTorch uses for the bias too. Values are drawn in PyTorch's order, so
/// that they do not depend on our memory layout.
template <class S>
void fill_kaiming_uniform(Parameter<S>& parameter, std::int64_t fan_in, RandomStream stream);

}  // namespace normscope::nn
