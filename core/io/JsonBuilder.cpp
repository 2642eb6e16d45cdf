#include "core/io/JsonBuilder.h"

#include "core/Error.h"
#include "core/io/MessageText.h"

#include <algorithm>

namespace normscope::io {
namespace {

constexpr std::size_t shown_token = 60;

/// The reason within nlohmann's message, whose start repeats the position in other words:
/// "[json.exception.parse_error.101] parse error at line 1, column 8: syntax error while parsing value - …; last read
/// …".
std::string reason_in(std::string_view message) {
    if (const auto end = message.find("] "); end != std::string_view::npos) message.remove_prefix(end + 2);
    if (message.starts_with("parse error at ")) {
        if (const auto end = message.find(": "); end != std::string_view::npos) message.remove_prefix(end + 2);
    }
    if (message.starts_with("syntax error while parsing ")) {
        if (const auto end = message.find(" - "); end != std::string_view::npos) message.remove_prefix(end + 3);
    }
    std::string reason(message.substr(0, message.find("; last read")));
    // The token may be long and hold anything; what was expected instead comes after it.
    if (const auto expected = message.rfind("; expected "); expected != std::string_view::npos) {
        reason = reason.substr(0, reason.find("; expected ")) + std::string(message.substr(expected));
    }
    const std::string clean = in_quotes(reason, 300);
    return clean.substr(1, clean.size() - 2);
}

/// Start of the text, number or word whose last byte is at `last`; `last` itself for punctuation.
std::size_t start_of_token(std::string_view text, std::size_t last) {
    std::size_t start = last;
    if (text[last] != '"') {
        constexpr std::string_view word = "abcdefghijklmnopqrstuvwxyzE0123456789+-.";
        while (word.find(text[start]) != std::string_view::npos && start > 0 &&
               word.find(text[start - 1]) != std::string_view::npos) {
            --start;
        }
        return start;
    }
    // Inside a text every quote has an odd number of backslashes before it.
    while (start > 0) {
        --start;
        if (text[start] != '"') continue;
        std::size_t backslashes = 0;
        while (backslashes < start && text[start - 1 - backslashes] == '\\') ++backslashes;
        if (backslashes % 2 == 0) break;
    }
    return start;
}

}  // namespace

TextPlace TextCursor::place_at(std::size_t offset) {
    offset = std::min(offset, m_text.size());
    if (offset < m_offset) *this = TextCursor(m_text);
    for (; m_offset < offset; ++m_offset) {
        const auto byte = static_cast<unsigned char>(m_text[m_offset]);
        if (byte == '\n') {
            ++m_place.line;
            m_place.column = 1;
        } else if ((byte & 0xC0) != 0x80) {
            ++m_place.column;
        }
    }
    return m_place;
}

JsonBuilder::JsonBuilder(std::string_view text, std::string_view file_name, const JsonLimits& limits,
                         const std::size_t& consumed, JsonPlaces* places)
    : m_cursor(text), m_file_name(file_name), m_limits(limits), m_consumed(consumed), m_places(places) {}

bool JsonBuilder::null() {
    return add(nullptr), true;
}
bool JsonBuilder::boolean(bool value) {
    return add(value), true;
}
bool JsonBuilder::number_integer(number_integer_t value) {
    return add(value), true;
}
bool JsonBuilder::number_unsigned(number_unsigned_t value) {
    return add(value), true;
}
bool JsonBuilder::number_float(number_float_t value, const string_t&) {
    return add(value), true;
}
bool JsonBuilder::string(string_t& value) {
    return add(std::move(value)), true;
}
bool JsonBuilder::binary(binary_t&) {
    return false;
}  // not in JSON text
bool JsonBuilder::start_object(std::size_t) {
    return open(Json::object()), true;
}
bool JsonBuilder::start_array(std::size_t) {
    return open(Json::array()), true;
}
bool JsonBuilder::end_object() {
    return close(), true;
}
bool JsonBuilder::end_array() {
    return close(), true;
}

bool JsonBuilder::key(string_t& name) {
    Level& level = m_levels.back();
    const std::size_t key_start = start_of_token(m_cursor.text(), m_consumed - 1);
    if (!level.keys.insert(name).second) {
        refuse(key_start, "the key " + in_quotes(name, shown_token) + " is there twice");
    }
    if (m_places) {
        m_pointer.resize(level.pointer_length);
        m_pointer += pointer_step(name);
        const std::size_t value_start = m_cursor.text().find_first_not_of(" \t\r\n:", m_consumed);
        const TextPlace key_place = m_cursor.place_at(key_start);
        m_places->entries[m_pointer] = {key_place, m_cursor.place_at(value_start)};
    }
    level.key = std::move(name);
    return true;
}

bool JsonBuilder::parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) {
    const std::string_view text = m_cursor.text();
    const std::string reason = reason_in(error.what());
    std::size_t offset = position > text.size() ? text.size() : std::max<std::size_t>(position, 1) - 1;
    // The parser stands at the token's last character. In a malformed token that is the wrong one; of a token in the
    // wrong place the user looks for the start.
    if (offset < text.size() && !reason.starts_with("invalid")) offset = start_of_token(text, offset);
    refuse(offset, reason);
}

JsonBuilder::Json& JsonBuilder::add(Json value) {
    if (++m_value_count > m_limits.max_values) {
        refuse(m_consumed, "it holds more than " + std::to_string(m_limits.max_values) + " values");
    }
    if (m_levels.empty()) return m_root = std::move(value);
    Level& level = m_levels.back();
    if (level.container->is_array()) {
        auto& elements = level.container->get_ref<Json::array_t&>();
        return elements.emplace_back(std::move(value));
    }
    // Repeated keys are refused before, so the map's own search for them (linear) can be left out.
    Json::object_t::Container& members = level.container->get_ref<Json::object_t&>();
    return members.emplace_back(std::move(level.key), std::move(value)).second;
}

void JsonBuilder::open(Json container) {
    if (m_levels.size() >= m_limits.max_depth) {
        refuse(m_consumed == 0 ? 0 : m_consumed - 1,
               "it is nested more than " + std::to_string(m_limits.max_depth) + " levels deep");
    }
    if (m_places && !m_levels.empty() && m_levels.back().container->is_array()) {
        m_pointer.resize(m_levels.back().pointer_length);
        m_pointer += '/' + std::to_string(m_levels.back().container->size());
        const TextPlace place = m_cursor.place_at(m_consumed - 1);
        m_places->entries[m_pointer] = {place, place};
    }
    Json& added = add(std::move(container));
    m_levels.push_back({&added, {}, {}, m_pointer.size()});
}

void JsonBuilder::close() {
    m_levels.pop_back();
    m_pointer.resize(m_levels.empty() ? 0 : m_levels.back().pointer_length);
}

void JsonBuilder::refuse(std::size_t offset, const std::string& reason) {
    throw InputError(m_file_name + ", " + to_string(m_cursor.place_at(offset)) + ": " + reason + '.');
}

}  // namespace normscope::io
