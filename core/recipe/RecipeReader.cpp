#include "core/recipe/RecipeReader.h"

#include "core/io/MessageText.h"
#include "core/recipe/NearestName.h"
#include "core/recipe/RecipeChecks.h"
#include "core/recipe/RecipeFields.h"

namespace normscope {
namespace {

constexpr std::size_t shown_key = 60;

std::string advice(const std::string& section, const std::string& key) {
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

}  // namespace

void RecipeReader::read_document(const Json& root) {
    if (!root.is_object()) throw InputError(place_of_value(m_prefix) + "a recipe must be a JSON object, {…}.");
    if (const auto schema = root.find("schema"); schema != root.end()) read_schema(*schema, m_prefix + "/schema");
    read_section(root, "", m_prefix);
}

void RecipeReader::read(const Json& value, const std::string& path, const std::string& pointer) {
    if (path == "schema") {
        read_schema(value, pointer);
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

void RecipeReader::check() const {
    try {
        check_together(m_recipe);
    } catch (const PlacedError& error) {
        throw InputError(place_of(m_prefix + error.pointer(), error.part()) + error.what());
    }
}

void RecipeReader::read_schema(const Json& value, const std::string& pointer) {
    const std::string place = place_of_value(pointer);
    if (!value.is_number_integer() || value == 0 || value < 0) {
        throw InputError(place + "schema must be " + std::to_string(Recipe::schema) + ".");
    }
    if (value > Recipe::schema) {
        throw InputError(place + "the recipe has schema " + value.dump() +
                         ", which is newer than this version of NormScope; it reads schema " +
                         std::to_string(Recipe::schema) + ".");
    }
}

void RecipeReader::read_section(const Json& object, const std::string& section, const std::string& pointer) {
    for (const auto& [key, value] : object.items()) {
        const std::string path = join_path(section, key);
        const std::string key_pointer = pointer + io::pointer_step(key);
        const bool is_name = !key.empty() && key.find('.') == std::string::npos;
        const bool is_known = find_recipe_field(path) || is_recipe_section(path) || path == "schema";
        if (!is_name || !is_known) refuse_key(section, key, key_pointer);
        read(value, path, key_pointer);
    }
}

void RecipeReader::refuse_key(const std::string& section, const std::string& key, const std::string& pointer) const {
    throw InputError(place_of(pointer, PlacedError::Part::key) + "the key " + io::in_quotes(key, shown_key) +
                     " is unknown" + (section.empty() ? "" : " in " + io::in_quotes(section)) + ". " +
                     advice(section, key));
}

std::string RecipeReader::place_of(std::string pointer, PlacedError::Part part) const {
    for (; m_places && !pointer.empty(); pointer.resize(pointer.rfind('/'))) {
        const auto found = m_places->entries.find(pointer);
        if (found == m_places->entries.end()) continue;
        const io::TextPlace& place = part == PlacedError::Part::key ? found->second.key : found->second.value;
        return m_origin + ", " + io::to_string(place) + ": ";
    }
    return m_origin + ": ";
}

}  // namespace normscope
