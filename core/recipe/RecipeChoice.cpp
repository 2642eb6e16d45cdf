#include "core/recipe/RecipeChoice.h"

#include "core/Error.h"
#include "core/io/MessageText.h"
#include "core/recipe/RecipeFields.h"

namespace normscope {
namespace {

const RecipeField& field_of(std::string_view key) {
    const RecipeField* field = find_recipe_field(key);
    if (!field) throw InputError("There is no setting " + io::in_quotes(key) + ".");
    return *field;
}

}  // namespace

std::string choice_of(const Recipe& recipe, std::string_view key) {
    const auto value = field_of(key).read(recipe);
    if (!value.is_string()) throw InputError("The setting " + io::in_quotes(key) + " is not a text.");
    return value.get<std::string>();
}

void set_choice(Recipe& recipe, std::string_view key, std::string_view value) {
    Recipe changed = recipe;
    choice_of(changed, key);
    field_of(key).write(changed, nlohmann::ordered_json(std::string(value)), key);
    if (key == "data.source") changed.data.eval_source.reset();
    recipe = std::move(changed);
}

}  // namespace normscope
