#include "core/sweep/RunHash.h"

#include "core/recipe/RecipeFields.h"

#include <algorithm>

namespace normscope::sweep {
namespace {

constexpr std::size_t digits = 16;
constexpr std::string_view hexadecimal = "0123456789abcdef";

}  // namespace

std::string canonical_text(const Recipe& recipe, std::int64_t steps) {
    static const Recipe defaults;
    std::string text = "schema=" + std::to_string(Recipe::schema) + '\n';
    for (const auto& field : recipe_fields()) {
        const auto value = field.read(recipe);
        if (value != field.read(defaults)) text += std::string(field.path) + '=' + value.dump() + '\n';
    }
    return text + "steps=" + std::to_string(steps) + '\n';
}

std::string run_hash(const Recipe& recipe, std::int64_t steps) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : canonical_text(recipe, steps)) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3;
    }
    std::string name(digits, '0');
    for (auto digit = name.rbegin(); digit != name.rend(); ++digit, hash >>= 4U) *digit = hexadecimal[hash & 15U];
    return name;
}

bool is_run_hash(std::string_view text) {
    return text.size() == digits && text.find_first_not_of(hexadecimal) == std::string_view::npos;
}

}  // namespace normscope::sweep
