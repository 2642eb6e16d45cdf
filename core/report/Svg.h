// The little of SVG that plots need.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace normscope::report {

/// Okabe–Ito, with the meanings they have everywhere in the program.
namespace colors {
inline constexpr std::string_view batch = "#E69F00";    ///< batch statistics, train mode
inline constexpr std::string_view running = "#0072B2";  ///< running statistics, eval mode
inline constexpr std::string_view weight = "#009E73";   ///< γ
inline constexpr std::string_view bias = "#CC79A7";     ///< β
inline constexpr std::string_view other = "#171B21";    ///< exact statistics, loss
}  // namespace colors

/// How the lines of a comparison look: colour, dashes and marker differ, so that they can be told apart in grey, too.
struct LineStyle {
    std::string_view color;
    std::string_view dash;  ///< stroke-dasharray; empty: solid
    char marker;            ///< 'o' circle, 's' square, 't' triangle, 'd' diamond
};
/// The style of the index-th line; they repeat after a while.
LineStyle line_style(std::size_t index);

/// Text within SVG or HTML.
std::string escaped(std::string_view text);

/// A coordinate or size with two decimals, whatever the locale.
std::string coordinate(double value);

/// A number as a label: at most 4 digits, "0.05", "1.2e-5", "12000".
std::string label_of(double value);

/// Round numbers that cover an interval, about `count` of them. Of a logarithmic axis: powers of ten, or 1, 2, 5 times
/// those where they are few.
std::vector<double> round_numbers(double low, double high, int count);
std::vector<double> round_powers(double low, double high);

}  // namespace normscope::report
