// For tests: damage as disks and networks do it, the same in every run.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

namespace normscope::testing {

/// `original` with 1 to 4 random changes: a flipped bit, another byte, a cut, a doubled or a removed piece.
inline std::string mutated(std::string text, std::mt19937_64& random) {
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % std::max<std::size_t>(n, 1)); };
    for (std::size_t changes = 1 + below(4); changes > 0; --changes) {
        if (text.empty()) return text;
        const std::size_t at = below(text.size());
        const std::size_t length = below(std::min<std::size_t>(text.size() - at, 32)) + 1;
        switch (below(6)) {
            case 0: text[at] = static_cast<char>(text[at] ^ (1 << below(8))); break;
            case 1: text[at] = static_cast<char>(random()); break;
            case 2: text.resize(at); break;
            case 3: text.insert(at, text.substr(at, length)); break;
            case 4: text.erase(at, length); break;
            default: text[at] = "0129{}[],:\"\\-e. \n"[below(17)]; break;
        }
    }
    return text;
}

}  // namespace normscope::testing
