#include "core/recipe/RecipeChecks.h"

#include "core/recipe/FieldChecks.h"

namespace normscope {

void check_together(const Recipe& recipe) {
    if (recipe.data.mean.size() != recipe.data.std.size()) {
        throw PlacedError("data.normalize.mean has " + std::to_string(recipe.data.mean.size()) +
                              " numbers and data.normalize.std has " + std::to_string(recipe.data.std.size()) +
                              "; both need one a channel.",
                          "/data/normalize");
    }
    const bool is_custom = recipe.model.name == "custom";
    if (is_custom && recipe.model.layers.empty()) {
        throw PlacedError("model.name \"custom\" needs layers in model.layers, and there are none.", "/model/name");
    }
    if (!is_custom && !recipe.model.layers.empty()) {
        throw PlacedError(
            "model.layers is for model.name \"custom\" only, and the name is \"" + recipe.model.name + "\".",
            "/model/layers");
    }
    const OptimizerRecipe& optimizer = recipe.optimizer;
    if (optimizer.name == "sgd" && optimizer.nesterov && optimizer.momentum <= 0) {
        throw PlacedError("optimizer.nesterov requires an optimizer.momentum above 0.", "/optimizer/nesterov");
    }
}

}  // namespace normscope
