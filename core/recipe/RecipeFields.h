// Every key of a recipe file, once: reading, writing and --set go through this table.
#pragma once

#include "core/recipe/Recipe.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace normscope {

/// One key that holds a value (not an object of further keys).
struct RecipeField {
    std::string_view path;  ///< e.g. "model.norm.momentum"
    nlohmann::ordered_json (*read)(const Recipe&);
    /// Checks and stores. Throws InputError with a sentence that begins with the path.
    void (*write)(Recipe&, const nlohmann::ordered_json& value, std::string_view path);
};

/// In the order in which a recipe is written.
std::span<const RecipeField> recipe_fields();

/// Null if there is no such key.
const RecipeField* find_recipe_field(std::string_view path);

/// True if `path` names an object of keys: "model", "model.norm" …; "" is the recipe itself.
bool is_recipe_section(std::string_view path);

/// Names of the keys and sections directly in the section, in order.
std::vector<std::string_view> keys_of_section(std::string_view section);

/// "model" and "norm" make "model.norm"; "" and "model" make "model".
std::string join_path(std::string_view section, std::string_view key);

}  // namespace normscope
