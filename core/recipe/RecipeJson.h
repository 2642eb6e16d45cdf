// Recipes as files: JSON, schema 1 (resources/schema/recipe.schema.json).
#pragma once

#include "core/recipe/Recipe.h"

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace normscope {

/// A recipe from JSON text; keys that are not there keep their defaults. Throws InputError with `file_name`, line and
/// column for what is not JSON, repeated and unknown keys, wrong types, values out of range, newer schemas, and choices
/// that this version does not have.
Recipe parse_recipe(std::string_view json, std::string_view file_name);

/// parse_recipe() of a file of at most 1 MiB. Checkpoints, pictures and the like are recognised.
Recipe load_recipe(const std::filesystem::path& path);

/// The complete recipe with every key in a fixed order, indented, with a line break at the end. Numbers are exact
/// (seeds to the last bit) and do not depend on the locale: parse_recipe() gives an equal recipe.
std::string to_json(const Recipe& recipe);

/// Applies one `--set path=value`, e.g. "model.norm.momentum=0.01", "data.eval_source=null", "data.source=idx:a,b",
/// `data.normalize={"mean":[0.5],"std":[0.5]}`. The value is JSON, or else text. Checked as in a file; the recipe is
/// unchanged if InputError is thrown.
void apply_setting(Recipe& recipe, std::string_view setting);

/// Applies several in order and checks what they must satisfy together (as many means as standard deviations) only at
/// the end. The recipe is unchanged if InputError is thrown.
void apply_settings(Recipe& recipe, std::span<const std::string> settings);

}  // namespace normscope
