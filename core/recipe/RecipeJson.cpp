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

#include <optional>

namespace normscope {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t max_recipe_bytes = 1U << 20;
constexpr std::size_t shown_key = 60;
constexpr int indentation = 2;

/// Puts the values of a JSON document into a recipe. Messages begin with the origin and the place there.
class RecipeReader {
   public:
    /// `places` may be null where a line number means nothing.
    RecipeReader(Recipe& recipe, std::string origin, const io::JsonPlaces* places)
        : m_recipe(recipe), m_origin(std::move(origin)), m_places(places) {}

    void read_document(const Json& root) {
        if (!root.is_object()) throw InputError(m_origin + ": a recipe must be a JSON object, {…}.");
        if (const auto schema = root.find("schema"); schema != root.end()) read_schema(*schema);
        read_section(root, "", "");
    }

    /// Stores the value of one key or section.
    void read(const Json& value, const std::string& path, const std::string& pointer) {
        if (path == "schema") {
            read_schema(value);
        } else if (const auto* field = find_recipe_field(path)) {
            try {
                field->write(m_recipe, value, path);
            } catch (const PlacedError& error) {
                throw InputError(place_of(pointer + error.pointer(), error.part()) + error.what());
            } catch (const InputError& error) {
                throw InputError(place_of_value(pointer) + error.what());
            }
        } else {
            if (!value.is_object()) throw InputError(place_of_value(pointer) + path + " must be an object, {…}.");
            read_section(value, path, pointer);
        }
    }

    /// After everything is read.
    void check() const {
        try {
            check_together(m_recipe);
        } catch (const PlacedError& error) {
            throw InputError(place_of(error.pointer(), error.part()) + error.what());
        }
    }

   private:
    void read_schema(const Json& value) {
        const std::string place = place_of_value("/schema");
        if (!value.is_number_integer() || value == 0 || value < 0) {
            throw InputError(place + "schema must be " + std::to_string(Recipe::schema) + ".");
        }
        if (value > Recipe::schema) {
            throw InputError(place + "the recipe has schema " + value.dump() +
                             ", which is newer than this version of " + "NormScope; it reads schema " +
                             std::to_string(Recipe::schema) + ".");
        }
    }

    void read_section(const Json& object, const std::string& section, const std::string& pointer) {
        for (const auto& [key, value] : object.items()) {
            const std::string path = join_path(section, key);
            const std::string key_pointer = pointer + io::pointer_step(key);
            const bool is_name = !key.empty() && key.find('.') == std::string::npos;
            const bool is_known = find_recipe_field(path) || is_recipe_section(path) || path == "schema";
            if (!is_name || !is_known) refuse_key(section, key, key_pointer);
            read(value, path, key_pointer);
        }
    }

    [[noreturn]] void refuse_key(const std::string& section, const std::string& key, const std::string& pointer) const {
        throw InputError(place_of(pointer, PlacedError::Part::key) + "the key " + io::in_quotes(key, shown_key) +
                         " is unknown" + (section.empty() ? "" : " in " + io::in_quotes(section)) + ". " +
                         advice(section, key));
    }

    static std::string advice(const std::string& section, const std::string& key) {
        const auto keys = keys_of_section(section);
        if (const auto nearest = nearest_name(key, keys)) return "Did you mean " + io::in_quotes(*nearest) + "?";
        std::string elsewhere;
        std::string here;
        for (const auto& field : recipe_fields()) {
            if (field.path.ends_with('.' + key) || field.path == key) {
                elsewhere += (elsewhere.empty() ? "" : " or ") + io::in_quotes(field.path);
            }
        }
        if (!elsewhere.empty()) return "Did you mean " + elsewhere + " (a dot stands for a nested object)?";
        for (const auto known : keys) here += (here.empty() ? "" : ", ") + std::string(known);
        return "Known here: " + here + '.';
    }

    /// Of what the pointer names, or of the nearest thing around it that is in the document.
    std::string place_of(std::string pointer, PlacedError::Part part) const {
        for (; m_places && !pointer.empty(); pointer.resize(pointer.rfind('/'))) {
            const auto found = m_places->entries.find(pointer);
            if (found == m_places->entries.end()) continue;
            const io::TextPlace& place = part == PlacedError::Part::key ? found->second.key : found->second.value;
            return m_origin + ", " + io::to_string(place) + ": ";
        }
        return m_origin + ": ";
    }
    std::string place_of_value(const std::string& pointer) const { return place_of(pointer, PlacedError::Part::value); }

    Recipe& m_recipe;
    std::string m_origin;
    const io::JsonPlaces* m_places;
};

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
