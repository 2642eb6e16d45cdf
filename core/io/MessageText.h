// Text from files and users, made fit for a message.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace normscope::io {

/// Bytes of the UTF-8 character that `text` begins with, 1 … 4; 0 if it begins with none (RFC 3629: no
/// surrogates, no overlong forms). `text` must not be empty.
std::size_t utf8_character_length(std::string_view text);

/// True if all of `text` is well-formed UTF-8.
bool is_valid_utf8(std::string_view text);

/// `text` in double quotes. Control characters and malformed UTF-8 become '?'; beyond `max_bytes` it is cut with "…".
std::string in_quotes(std::string_view text, std::size_t max_bytes = 1024);

}  // namespace normscope::io
