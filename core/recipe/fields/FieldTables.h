// The parts of the table behind recipe_fields(), in the order in which a recipe is written.
#pragma once

#include "core/recipe/RecipeFields.h"

#include <span>

namespace normscope {

std::span<const RecipeField> data_fields();
std::span<const RecipeField> model_fields();
/// optimizer, schedule and loss.
std::span<const RecipeField> training_fields();
/// record, epochs and seed.
std::span<const RecipeField> run_fields();

/// The value, or JSON's null.
template <class T>
nlohmann::ordered_json value_or_null(const std::optional<T>& value) {
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

}  // namespace normscope
