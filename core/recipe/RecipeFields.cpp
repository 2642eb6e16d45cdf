#include "core/recipe/RecipeFields.h"

#include "core/recipe/fields/FieldTables.h"

#include <algorithm>

namespace normscope {
namespace {

std::vector<RecipeField> all_fields() {
    std::vector<RecipeField> all;
    for (const auto part : {data_fields(), model_fields(), training_fields(), run_fields()}) {
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

}  // namespace

std::span<const RecipeField> recipe_fields() {
    static const std::vector<RecipeField> fields = all_fields();
    return fields;
}

const RecipeField* find_recipe_field(std::string_view path) {
    const auto fields = recipe_fields();
    const auto found = std::ranges::find(fields, path, &RecipeField::path);
    return found == fields.end() ? nullptr : &*found;
}

bool is_recipe_section(std::string_view path) {
    return path.empty() || !keys_of_section(path).empty();
}

std::vector<std::string_view> keys_of_section(std::string_view section) {
    const std::string prefix = section.empty() ? "" : std::string(section) + '.';
    std::vector<std::string_view> keys;
    for (const auto& field : recipe_fields()) {
        if (!field.path.starts_with(prefix)) continue;
        const auto rest = field.path.substr(prefix.size());
        const auto key = rest.substr(0, rest.find('.'));
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
    }
    return keys;
}

std::string join_path(std::string_view section, std::string_view key) {
    return section.empty() ? std::string(key) : std::string(section) + '.' + std::string(key);
}

}  // namespace normscope
