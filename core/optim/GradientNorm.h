// The length of the gradient of all parameters together.
#pragma once

#include "core/nn/Parameter.h"

namespace normscope::optim {

/// ‖∇‖₂ = √Σg² over the parameters that are trainable, summed in double in an order that depends on nothing.
template <class S>
double gradient_norm(const nn::ParameterArena<S>& parameters);

/// g ← g · min(1, longest / (norm + 1e-6)), as torch.nn.utils.clip_grad_norm_ (Pascanu, Mikolov and Bengio 2013).
/// `norm` is gradient_norm(). A norm that is not finite spreads to every gradient, as there.
template <class S>
void clip_gradient(nn::ParameterArena<S>& parameters, double norm, double longest);

}  // namespace normscope::optim
