// JSON as strictly as files from strangers deserve, with the place of everything.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include <nlohmann/json_fwd.hpp>

namespace normscope::io {

/// What a document may not exceed; an honest one never comes near.
struct JsonLimits {
    std::size_t max_depth = 64;        ///< nested objects and arrays
    std::size_t max_values = 100'000;  ///< objects, arrays, texts, numbers …
};

/// Counted from 1; columns count characters, not bytes.
struct TextPlace {
    std::size_t line = 1;
    std::size_t column = 1;
};

/// "line 3, column 7"
std::string to_string(const TextPlace& place);

/// Where the keys of a document stand, and the objects and arrays within arrays, by JSON pointer (RFC 6901):
/// "/model/norm/eps", "/model/layers/3".
struct JsonPlaces {
    struct Entry {
        TextPlace key;
        TextPlace value;
    };
    std::unordered_map<std::string, Entry> entries;
};

/// One step of a JSON pointer: "/" and the key, with '~' and '/' escaped.
std::string pointer_step(std::string_view key);

/// Parses one JSON value (RFC 8259, UTF-8). Refused with line and column: what is not JSON, anything after the value,
/// a key that an object has twice, numbers beyond double, nesting and counts beyond `limits`.
/// `file_name` begins the message. If `places` is given, it receives the places.
/// Numbers do not depend on the locale. Throws InputError.
nlohmann::ordered_json parse_json(std::string_view text, std::string_view file_name, const JsonLimits& limits = {},
                                  JsonPlaces* places = nullptr);

}  // namespace normscope::io
