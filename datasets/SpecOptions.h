// The options of a data SPEC: "name=value" pairs.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace normscope::datasets {

/// All functions throw InputError with a sentence that quotes the SPEC and names the option and what it accepts.
class SpecOptions {
   public:
    /// Splits `text` at `separator`. Each option is one of `known` and stands once; of an unknown one the nearest known
    /// name is suggested. `spec` is quoted in messages.
    SpecOptions(std::string_view text, char separator, std::string_view spec, std::span<const std::string_view> known);

    bool has(std::string_view name) const { return value_of(name).has_value(); }

    /// A number from `minimum` to `maximum`, written with a decimal point whatever the locale; `fallback` if not given.
    double number(std::string_view name, double fallback, double minimum, double maximum) const;
    /// A whole number from `minimum` to `maximum`.
    std::int64_t whole(std::string_view name, std::int64_t fallback, std::int64_t minimum, std::int64_t maximum) const;
    /// A whole number from 0 to 2^64 − 1.
    std::uint64_t seed(std::string_view name, std::uint64_t fallback) const;
    /// One of `choices`.
    std::string_view choice(std::string_view name, std::string_view fallback,
                            std::span<const std::string_view> choices) const;

   private:
    void add(std::string_view pair, std::span<const std::string_view> known);
    std::optional<std::string_view> value_of(std::string_view name) const;
    [[noreturn]] void refuse(const std::string& reason) const;

    std::string m_spec;
    std::vector<std::pair<std::string, std::string>> m_options;
};

/// "0.05": the shortest text that reads back as the same number, in no locale.
std::string number_text(double number);

}  // namespace normscope::datasets
