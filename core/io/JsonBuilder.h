// Takes the events of nlohmann's JSON parser and builds a document, watching limits and repeated keys.
#pragma once

#include "core/io/Json.h"

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <nlohmann/json.hpp>

namespace normscope::io {

/// Knows how far the parser has read, and turns byte offsets into lines and columns in one forward pass.
class TextCursor {
   public:
    explicit TextCursor(std::string_view text) : m_text(text) {}

    const std::string_view& text() const { return m_text; }
    /// Place of byte `offset`; cheap if offsets ascend.
    TextPlace place_at(std::size_t offset);

   private:
    std::string_view m_text;
    std::size_t m_offset = 0;
    TextPlace m_place;
};

/// Handler for basic_json::sax_parse. `consumed` is the number of bytes the parser has taken so far.
class JsonBuilder : public nlohmann::json_sax<nlohmann::ordered_json> {
   public:
    using Json = nlohmann::ordered_json;

    JsonBuilder(std::string_view text, std::string_view file_name, const JsonLimits& limits,
                const std::size_t& consumed, JsonPlaces* places);

    bool null() override;
    bool boolean(bool value) override;
    bool number_integer(number_integer_t value) override;
    bool number_unsigned(number_unsigned_t value) override;
    bool number_float(number_float_t value, const string_t& text) override;
    bool string(string_t& value) override;
    bool binary(binary_t& value) override;
    bool start_object(std::size_t size) override;
    bool key(string_t& name) override;
    bool end_object() override;
    bool start_array(std::size_t size) override;
    bool end_array() override;
    bool parse_error(std::size_t position, const std::string& last_token,
                     const nlohmann::detail::exception& error) override;

    Json take_root() { return std::move(m_root); }

   private:
    struct Level {
        Json* container;
        std::unordered_set<std::string> keys;
        std::string key;             ///< of the value that comes next
        std::size_t pointer_length;  ///< of the container's own JSON pointer
    };

    Json& add(Json value);
    void open(Json container);
    void close();
    [[noreturn]] void refuse(std::size_t offset, const std::string& reason);

    TextCursor m_cursor;
    std::string m_file_name;
    JsonLimits m_limits;
    const std::size_t& m_consumed;
    JsonPlaces* m_places;
    Json m_root;
    std::vector<Level> m_levels;
    std::string m_pointer;  ///< JSON pointer of the value being read
    std::size_t m_value_count = 0;
};

}  // namespace normscope::io
