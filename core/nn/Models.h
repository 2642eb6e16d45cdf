// The networks a recipe can name.
#pragma once

#include "core/nn/Network.h"
#include "core/recipe/Recipe.h"

namespace normscope::nn {

/// Builds the network `recipe.name` for images (H, W, C) and this many classes, without initial
/// values: call reset(). Throws InputError for an unknown name or images it cannot take.
template <class S>
Network<S> make_network(const ModelRecipe& recipe, const Shape& image, std::int64_t classes);

}  // namespace normscope::nn
