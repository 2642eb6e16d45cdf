#include "datasets/SpecOptions.h"

#include "core/Error.h"
#include "core/io/MessageText.h"
#include "core/recipe/NearestName.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

namespace normscope::datasets {
namespace {

constexpr std::size_t shown_spec = 200;
constexpr std::size_t shown_value = 60;

template <class Number>
std::optional<Number> parsed(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::string list_of(std::span<const std::string_view> names) {
    std::string list;
    for (const auto name : names) list += (list.empty() ? "" : ", ") + std::string(name);
    return list;
}

}  // namespace

SpecOptions::SpecOptions(std::string_view text, char separator, std::string_view spec,
                         std::span<const std::string_view> known)
    : m_spec(spec) {
    while (!text.empty()) {
        const auto end = std::min(text.find(separator), text.size());
        add(text.substr(0, end), known);
        if (end + 1 == text.size()) refuse(std::string("ends with '") + separator + '\'');
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

void SpecOptions::add(std::string_view pair, std::span<const std::string_view> known) {
    const auto equals = pair.find('=');
    const auto name = pair.substr(0, equals);
    if (std::find(known.begin(), known.end(), name) == known.end()) {
        const auto nearest = nearest_name(name, known);
        refuse("has an unknown option " + io::in_quotes(name, shown_value) +
               (nearest ? "; did you mean " + io::in_quotes(*nearest) + "?" : std::string(";")) + " Its options are " +
               list_of(known));
    }
    if (equals == std::string_view::npos || equals + 1 == pair.size()) {
        refuse("gives no value for its option " + io::in_quotes(name) + ", as in " + std::string(name) + "=…");
    }
    if (has(name)) refuse("gives its option " + io::in_quotes(name) + " twice");
    m_options.emplace_back(name, pair.substr(equals + 1));
}

std::optional<std::string_view> SpecOptions::value_of(std::string_view name) const {
    for (const auto& [option, value] : m_options) {
        if (option == name) return value;
    }
    return std::nullopt;
}

double SpecOptions::number(std::string_view name, double fallback, double minimum, double maximum) const {
    const auto value = value_of(name);
    if (!value) return fallback;
    const auto number = parsed<double>(*value);
    if (number && *number >= minimum && *number <= maximum) return *number;
    refuse("gives " + std::string(name) + " as " + io::in_quotes(*value, shown_value) + "; it must be a number from " +
           number_text(minimum) + " to " + number_text(maximum));
}

std::int64_t SpecOptions::whole(std::string_view name, std::int64_t fallback, std::int64_t minimum,
                                std::int64_t maximum) const {
    const auto value = value_of(name);
    if (!value) return fallback;
    const auto number = parsed<std::int64_t>(*value);
    if (number && *number >= minimum && *number <= maximum) return *number;
    refuse("gives " + std::string(name) + " as " + io::in_quotes(*value, shown_value) +
           "; it must be a whole number from " + std::to_string(minimum) + " to " + std::to_string(maximum));
}

std::uint64_t SpecOptions::seed(std::string_view name, std::uint64_t fallback) const {
    const auto value = value_of(name);
    if (!value) return fallback;
    if (const auto number = parsed<std::uint64_t>(*value)) return *number;
    refuse("gives " + std::string(name) + " as " + io::in_quotes(*value, shown_value) +
           "; it must be a whole number from 0 to 18446744073709551615");
}

std::string_view SpecOptions::choice(std::string_view name, std::string_view fallback,
                                     std::span<const std::string_view> choices) const {
    const auto value = value_of(name);
    if (!value) return fallback;
    const auto found = std::find(choices.begin(), choices.end(), *value);
    if (found != choices.end()) return *found;
    const auto nearest = nearest_name(*value, choices);
    refuse("gives " + std::string(name) + " as " + io::in_quotes(*value, shown_value) + "; it must be one of " +
           list_of(choices) + (nearest ? " (did you mean " + std::string(*nearest) + "?)" : ""));
}

void SpecOptions::refuse(const std::string& reason) const {
    throw InputError("The data SPEC " + io::in_quotes(m_spec, shown_spec) + ' ' + reason + '.');
}

std::string number_text(double number) {
    std::array<char, 32> text{};
    const auto result = std::to_chars(text.data(), text.data() + text.size(), number);
    return {text.data(), result.ptr};
}

}  // namespace normscope::datasets
