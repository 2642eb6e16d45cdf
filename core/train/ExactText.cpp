#include "core/train/ExactText.h"

#include "core/Error.h"
#include "core/io/MessageText.h"

#include <array>
#include <charconv>
#include <cmath>

namespace normscope {
namespace {

constexpr std::size_t shown_text = 80;

template <class Number>
bool parse_whole(std::string_view text, Number& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string exact_text(double value) {
    if (std::isnan(value)) return "nan";
    std::array<char, 40> text{};
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

double exact_number(std::string_view text, std::string_view place) {
    double value = 0;
    if (parse_whole(text, value)) return value;
    throw InputError(std::string(place) + ": " + io::in_quotes(text, shown_text) + " is not a number.");
}

std::int64_t exact_integer(std::string_view text, std::string_view place) {
    std::int64_t value = 0;
    if (parse_whole(text, value) && value >= 0) return value;
    throw InputError(std::string(place) + ": " + io::in_quotes(text, shown_text) + " is not a whole number from 0.");
}

}  // namespace normscope
