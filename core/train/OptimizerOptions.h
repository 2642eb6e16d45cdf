// From what a recipe says to what an optimizer takes.
#pragma once

#include "core/optim/Optimizer.h"
#include "core/recipe/Recipe.h"

namespace normscope {

/// Options for one step with the learning rate `lr`. Throws InputError for an unknown name.
optim::Options optimizer_options(const OptimizerRecipe& recipe, double lr);

}  // namespace normscope
