// What single values of a recipe cannot tell: whether they go together.
#pragma once

#include "core/recipe/Recipe.h"

namespace normscope {

/// Throws PlacedError with the pointer of the key at fault, and a sentence: as many means as standard deviations,
/// layers with the network "custom" and only there, Nesterov with momentum only (PyTorch: "Nesterov momentum requires a
/// momentum and zero dampening").
void check_together(const Recipe& recipe);

}  // namespace normscope
