// A run's name: the same for the same run, on every machine.
#pragma once

#include "core/recipe/Recipe.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace normscope::sweep {

/// What the hash is taken of: "schema=1", then "path=value" for every key of the complete recipe whose value is not
/// the default, in the order of recipe_fields() and with values as JSON, then "steps=N"; each with a line break. Since
/// defaults are left out, a key that a later version adds changes no name. 0 steps: the recipe's epochs decide.
std::string canonical_text(const Recipe& recipe, std::int64_t steps);

/// FNV-1a, 64 bits (Fowler, Noll and Vo), of canonical_text(): 16 hexadecimal digits.
std::string run_hash(const Recipe& recipe, std::int64_t steps);

/// True for what run_hash() may give.
bool is_run_hash(std::string_view text);

}  // namespace normscope::sweep
