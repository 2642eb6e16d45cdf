#include "core/sweep/SweepDocument.h"

#include "core/Error.h"
#include "core/io/MessageText.h"
#include "core/recipe/FieldChecks.h"
#include "core/recipe/NearestName.h"
#include "core/recipe/RecipeFields.h"
#include "core/recipe/RecipeReader.h"

#include <algorithm>
#include <cmath>

namespace normscope::sweep {

void SweepDocument::refuse(const Node& node, const std::string& sentence) const {
    for (std::string pointer = node.pointer;; pointer.resize(pointer.rfind('/'))) {
        if (pointer.empty()) throw InputError(m_file_name + ": " + sentence);
        const auto found = m_places.entries.find(pointer);
        if (found == m_places.entries.end()) continue;
        throw InputError(m_file_name + ", " + io::to_string(found->second.value) + ": " + sentence);
    }
}

void SweepDocument::require_object(const Node& node, const std::string& what) const {
    if (!node.value.is_object()) refuse(node, what + " must be an object, {…}, not " + type_of(node.value) + '.');
}

void SweepDocument::require_array(const Node& node, const std::string& what, bool may_be_empty) const {
    if (!node.value.is_array()) refuse(node, what + " must be an array, […], not " + type_of(node.value) + '.');
    if (!may_be_empty && node.value.empty()) refuse(node, what + " must not be empty.");
}

void SweepDocument::require_keys(const Node& object, const std::string& what,
                                 std::initializer_list<std::string_view> known) const {
    require_object(object, what);
    for (const auto& [key, value] : object.value.items()) {
        if (std::ranges::find(known, key) != known.end()) continue;
        const auto nearest = nearest_name(key, std::span(known.begin(), known.size()));
        std::string list;
        for (const auto name : known) list += (list.empty() ? "" : ", ") + std::string(name);
        refuse(object.at(key),
               "the key " + io::in_quotes(key) + " is unknown in " + what + ". " +
                   (nearest ? "Did you mean " + io::in_quotes(*nearest) + "?" : "Known: " + list + '.'));
    }
}

std::string SweepDocument::text(const Node& node, const std::string& what) const {
    if (!node.value.is_string()) refuse(node, what + " must be a text, not " + type_of(node.value) + '.');
    return node.value.get<std::string>();
}

double SweepDocument::number(const Node& node, const std::string& what) const {
    if (!node.value.is_number()) refuse(node, what + " must be a number, not " + type_of(node.value) + '.');
    return node.value.get<double>();
}

bool SweepDocument::boolean(const Node& node, const std::string& what) const {
    if (!node.value.is_boolean()) refuse(node, what + " must be true or false, not " + type_of(node.value) + '.');
    return node.value.get<bool>();
}

std::int64_t SweepDocument::whole(const Node& node, const std::string& what, std::int64_t minimum,
                                  std::int64_t maximum) const {
    try {
        return checked_whole(node.value, what, minimum, maximum);
    } catch (const InputError& error) {
        refuse(node, error.what());
    }
}

void SweepDocument::require_path(const Node& node, const std::string& path) const {
    if (find_recipe_field(path) || path == "steps" || path == "label") return;
    std::vector<std::string_view> paths{"steps", "label"};
    for (const auto& field : recipe_fields()) paths.push_back(field.path);
    auto nearest = nearest_name(path, paths);
    for (const auto known : paths) {
        if (!nearest && !path.empty() && known.ends_with('.' + path)) nearest = known;
    }
    refuse(node, "no recipe has a setting " + io::in_quotes(path) + '.' +
                     (nearest ? " Did you mean " + io::in_quotes(*nearest) + "?" : ""));
}

std::string SweepDocument::path(const Node& node, const std::string& what) const {
    const std::string path = text(node, what);
    require_path(node, path);
    return path;
}

Where SweepDocument::where(const Node& object, const std::string& what) const {
    require_object(object, what);
    Where where;
    for (const auto& [key, value] : object.value.items()) {
        const Node node = object.at(key);
        require_path(node, key);
        if (key == "label") {
            where.push_back({key, nlohmann::ordered_json(text(node, "label")).dump()});
        } else if (key == "steps") {
            where.push_back({key, std::to_string(whole(node, "steps", 1, std::int64_t{1} << 40))});
        } else {
            // As a recipe writes it: 2e-1 and 0.2 are one value.
            Recipe recipe;
            RecipeReader(recipe, m_file_name, &m_places).read(value, key, node.pointer);
            where.push_back({key, find_recipe_field(key)->read(recipe).dump()});
        }
    }
    return where;
}

Quantity SweepDocument::quantity(const Node& node, const std::string& what) const {
    if (node.value.is_string()) return {.name = node.value.get<std::string>(), .largest = {}};
    if (!node.value.is_object()) {
        refuse(node, what +
                         " must be the name of a result, such as \"eval_accuracy\", or {\"largest\": setting, "
                         "\"with\": name, \"at_least\": number}, not " +
                         type_of(node.value) + '.');
    }
    require_keys(node, what, {"largest", "with", "at_least"});
    for (const char* key : {"largest", "with", "at_least"}) {
        if (!node.has(key)) refuse(node, what + " needs the key " + io::in_quotes(key) + '.');
    }
    return {.name = text(node.at("with"), what + ".with"),
            .largest = path(node.at("largest"), what + ".largest"),
            .at_least = number(node.at("at_least"), what + ".at_least")};
}

}  // namespace normscope::sweep
