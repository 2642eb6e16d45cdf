// What all fuzz targets ask of the parsers.
#pragma once

#include "core/Error.h"
#include "core/io/MessageText.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>

namespace normscope::testing {

inline void require(bool holds, std::string_view what) {
    if (!holds) throw std::logic_error(std::string(what));
}

/// A refusal is a sentence that any terminal and label can show.
inline void require_sentence(std::string_view text) {
    const auto shown = "not a sentence to show: " + std::string(text);
    constexpr std::size_t longest = 64U << 10;
    require(!text.empty() && text.size() < longest, shown);
    require(text.back() == '.' || text.back() == '?' || text.back() == ')', shown);
    require(io::is_valid_utf8(text), shown);
    require(
        std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' && c != '\n'; }),
        shown);
}

/// True if `action` went through, false if it refused with a sentence; anything else passes through.
template <class Action>
bool accepted(Action&& action) {
    try {
        action();
        return true;
    } catch (const InputError& error) {
        require_sentence(error.what());
        return false;
    }
}

}  // namespace normscope::testing
