#include "core/report/Svg.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace normscope::report {

LineStyle line_style(std::size_t index) {
    constexpr std::array styles{
        LineStyle{"#D55E00", "", 'o'},        LineStyle{"#0072B2", "6 3", 's'},     LineStyle{"#009E73", "2 3", 't'},
        LineStyle{"#CC79A7", "8 3 2 3", 'd'}, LineStyle{"#56B4E9", "", 's'},        LineStyle{"#171B21", "6 3", 'o'},
        LineStyle{"#E69F00", "2 3", 'd'},     LineStyle{"#7A7F87", "8 3 2 3", 't'},
    };
    return styles[index % styles.size()];
}

std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        switch (c) {
            case '&': result += "&amp;"; break;
            case '<': result += "&lt;"; break;
            case '>': result += "&gt;"; break;
            case '"': result += "&quot;"; break;
            default:
                // Control characters are not allowed in XML.
                result += static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t' ? ' ' : c;
        }
    }
    return result;
}

std::string coordinate(double value) {
    std::array<char, 64> buffer{};
    if (!std::isfinite(value)) value = 0;
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, 2);
    return {buffer.data(), end.ptr};
}

std::string label_of(double value) {
    constexpr int digits = 4;
    std::array<char, 64> buffer{};
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::general, digits);
    std::string text(buffer.data(), end.ptr);
    if (text.find("e+") == std::string::npos || std::abs(value) >= 1e6) return text;
    const auto whole = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, 0);
    return {buffer.data(), whole.ptr};
}

std::vector<double> round_numbers(double low, double high, int count) {
    const double raw = (high - low) / std::max(count, 1);
    if (!(raw > 0) || !std::isfinite(raw)) return {low};
    const double power = std::pow(10, std::floor(std::log10(raw)));
    const double digit = raw / power;
    const double step = power * (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10);
    std::vector<double> numbers;
    const double first = std::ceil(low / step - 1e-9);
    for (double i = first; i * step <= high + 1e-9 * step; ++i) numbers.push_back(i * step + 0.0);  // no "-0"
    return numbers;
}

std::vector<double> round_powers(double low, double high) {
    const bool is_short = high / low < 100;
    std::vector<double> numbers;
    for (double power = std::pow(10, std::floor(std::log10(low))); power <= high * (1 + 1e-9); power *= 10) {
        for (const double digit : {1.0, 2.0, 5.0}) {
            if (digit > 1 && !is_short) continue;
            const double number = digit * power;
            if (number >= low * (1 - 1e-9) && number <= high * (1 + 1e-9)) numbers.push_back(number);
        }
    }
    return numbers;
}

}  // namespace normscope::report
