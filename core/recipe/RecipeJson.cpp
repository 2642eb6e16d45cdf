#include "core/recipe/RecipeJson.h"

#include "core/Error.h"
#include "core/io/FileKind.h"
#include "core/io/Json.h"
#include "core/io/MessageText.h"
#include "core/io/ReadFile.h"
#include "core/recipe/FieldChecks.h"
#include "core/recipe/NearestName.h"
#include "core/recipe/RecipeChecks.h"
#include "core/recipe/RecipeFields.h"
#include "core/recipe/RecipeReader.h"

#include <optional>

namespace normscope {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t max_recipe_bytes = 1U << 20;
constexpr std::size_t shown_key = 60;
constexpr int indentation = 2;

/// JSON if it is, else the text itself. What begins like an object, array or quoted text must be JSON.
Json value_of_setting(std::string_view text, const std::string& origin) {
    const bool must_be_json = !text.empty() && (text[0] == '{' || text[0] == '[' || text[0] == '"');
    try {
        return io::parse_json(text, origin);
    } catch (const InputError&) {
        if (must_be_json) throw;
        return std::string(text);
    }
}

/// Returns what messages about the setting begin with.
std::string apply_unchecked(Recipe& recipe, std::string_view setting) {
    const std::string whole = io::in_quotes(setting, shown_key * 2);
    std::string origin = "--set " + whole.substr(1, whole.size() - 2);
    const auto equals = setting.find('=');
    if (equals == std::string_view::npos) throw InputError(origin + ": path=value is needed, such as seed=2.");
    const std::string path(setting.substr(0, equals));
    if (path.empty() || (!find_recipe_field(path) && !is_recipe_section(path) && path != "schema")) {
        std::vector<std::string_view> paths;
        for (const auto& field : recipe_fields()) paths.push_back(field.path);
        auto nearest = nearest_name(path, paths);
        for (const auto known : paths) {
            if (!nearest && !path.empty() && known.ends_with('.' + path)) nearest = known;
        }
        throw InputError(origin + ": there is no setting " + io::in_quotes(path, shown_key) + '.' +
                         (nearest ? " Did you mean " + io::in_quotes(*nearest) + "?" : ""));
    }
    RecipeReader(recipe, origin, nullptr).read(value_of_setting(setting.substr(equals + 1), origin), path, "");
    return origin;
}

}  // namespace

Recipe parse_recipe(std::string_view json, std::string_view file_name) {
    io::JsonPlaces places;
    const Json root = io::parse_json(json, file_name, {}, &places);
    Recipe recipe;
    RecipeReader reader(recipe, std::string(file_name), &places);
    reader.read_document(root);
    reader.check();
    return recipe;
}

Recipe load_recipe(const std::filesystem::path& path) {
    const auto bytes = io::read_file(path, max_recipe_bytes);
    const auto kind = io::recognise_file(bytes);
    if (kind && *kind != "a JSON file") {
        throw InputError(path.native() + " is not a recipe: it looks like " + std::string(*kind) + '.');
    }
    return parse_recipe(io::as_text(bytes), path.native());
}

std::string to_json(const Recipe& recipe) {
    Json root{{"schema", Recipe::schema}};
    for (const auto& field : recipe_fields()) {
        Json* place = &root;
        std::string_view path = field.path;
        for (auto dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
            place = &(*place)[std::string(path.substr(0, dot))];
            path.remove_prefix(dot + 1);
        }
        (*place)[std::string(path)] = field.read(recipe);
    }
    return root.dump(indentation, ' ', false, Json::error_handler_t::replace) + '\n';
}

void apply_setting(Recipe& recipe, std::string_view setting) {
    Recipe changed = recipe;
    const std::string origin = apply_unchecked(changed, setting);
    RecipeReader(changed, origin, nullptr).check();
    recipe = std::move(changed);
}

void apply_settings(Recipe& recipe, std::span<const std::string> settings) {
    Recipe changed = recipe;
    for (const auto& setting : settings) apply_unchecked(changed, setting);
    RecipeReader(changed, "--set", nullptr).check();
    recipe = std::move(changed);
}

}  // namespace normscope
