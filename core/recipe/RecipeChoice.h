// Settings of a recipe that are words: "model.name", "model.norm.type", "data.source" …
#pragma once

#include "core/recipe/Recipe.h"

#include <string>
#include <string_view>

namespace normscope {

/// The word that the recipe has for `key` (a path as in a recipe file). Throws InputError if there is no such key or
/// its value is not a text.
std::string choice_of(const Recipe& recipe, std::string_view key);

/// Changes it, checked as in a recipe file. A new data.source takes its own evaluation data along. Throws InputError;
/// the recipe is then unchanged.
void set_choice(Recipe& recipe, std::string_view key, std::string_view value);

}  // namespace normscope
