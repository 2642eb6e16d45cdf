// From JSON values to a recipe, with the place of every error.
#pragma once

#include "core/io/Json.h"
#include "core/recipe/FieldChecks.h"
#include "core/recipe/Recipe.h"

#include <string>

#include <nlohmann/json.hpp>

namespace normscope {

/// Puts the values of a JSON document, or of a part of one, into a recipe. Throws InputError; messages begin with the
/// origin and the place there.
class RecipeReader {
   public:
    using Json = nlohmann::ordered_json;

    /// `places` may be null where a line number means nothing. `prefix` is the JSON pointer of the recipe within the
    /// document, e.g. "/base".
    RecipeReader(Recipe& recipe, std::string origin, const io::JsonPlaces* places, std::string prefix = {})
        : m_recipe(recipe), m_origin(std::move(origin)), m_places(places), m_prefix(std::move(prefix)) {}

    /// A whole recipe file, or as much of one as there is.
    void read_document(const Json& root);
    /// Stores the value of one key or section; `pointer` is where it stands in the document.
    void read(const Json& value, const std::string& path, const std::string& pointer);
    /// After everything is read: what single values cannot tell.
    void check() const;

   private:
    void read_schema(const Json& value, const std::string& pointer);
    void read_section(const Json& object, const std::string& section, const std::string& pointer);
    [[noreturn]] void refuse_key(const std::string& section, const std::string& key, const std::string& pointer) const;
    /// Of what the pointer names, or of the nearest thing around it that is in the document.
    std::string place_of(std::string pointer, PlacedError::Part part) const;
    std::string place_of_value(const std::string& pointer) const { return place_of(pointer, PlacedError::Part::value); }

    Recipe& m_recipe;
    std::string m_origin;
    const io::JsonPlaces* m_places;
    std::string m_prefix;
};

}  // namespace normscope
