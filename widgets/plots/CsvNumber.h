// A number in a CSV file.
#pragma once

#include <QByteArray>

#include <array>
#include <charconv>
#include <cmath>

namespace normscope::widgets {

/// Shortest digits that read back to the same double; "nan", "inf", "-inf".
inline QByteArray csvNumber(double value) {
    if (std::isnan(value)) return "nan";  // to_chars may write -nan
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return {text.data(), qsizetype(end - text.data())};
}

}  // namespace normscope::widgets
