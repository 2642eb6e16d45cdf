// Checks of single values in a recipe. All throw InputError with a sentence that begins with the key's path.
#pragma once

#include "core/Error.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace normscope {

/// An error at a place within a document. Where it is thrown for a part of a value, the JSON pointer begins at that
/// value.
class PlacedError : public InputError {
   public:
    enum class Part { key, value };

    PlacedError(const std::string& sentence, std::string pointer, Part part = Part::value)
        : InputError(sentence), m_pointer(std::move(pointer)), m_part(part) {}

    /// E.g. "/3/kernel_size".
    const std::string& pointer() const { return m_pointer; }
    /// Whether the key is at fault or what it holds.
    Part part() const { return m_part; }

   private:
    std::string m_pointer;
    Part m_part;
};

/// true or false.
bool checked_bool(const nlohmann::ordered_json& value, std::string_view path);

/// A number in the range of the HyperparameterSpec `path`.
double checked_setting(const nlohmann::ordered_json& value, std::string_view path);

/// The same, or null for no number.
std::optional<double> checked_setting_or_null(const nlohmann::ordered_json& value, std::string_view path);

/// A whole number in the range of the HyperparameterSpec `path`.
std::int64_t checked_whole_setting(const nlohmann::ordered_json& value, std::string_view path);

/// A number from `minimum` to `maximum`.
double checked_number(const nlohmann::ordered_json& value, std::string_view path, double minimum, double maximum);

/// A whole number from `minimum` to `maximum`, exact; 2.0 and 2e3 count as whole.
std::int64_t checked_whole(const nlohmann::ordered_json& value, std::string_view path, std::int64_t minimum,
                           std::int64_t maximum);

/// A whole number from 0 to 2^64 − 1, exact.
std::uint64_t checked_seed(const nlohmann::ordered_json& value, std::string_view path);

/// A text: not empty, UTF-8, without NUL, at most 8 KiB.
std::string checked_text(const nlohmann::ordered_json& value, std::string_view path);

/// Up to 64 whole numbers from `minimum` to `maximum`.
std::vector<std::int64_t> checked_wholes(const nlohmann::ordered_json& value, std::string_view path,
                                         std::int64_t minimum, std::int64_t maximum);

/// What kind of value this is, for a sentence: "an array", "null", "the text \"a\"".
std::string type_of(const nlohmann::ordered_json& value);

/// One of `available`. What is in `planned` is refused as not yet available, anything else as unknown.
std::string checked_choice(const nlohmann::ordered_json& value, std::string_view path,
                           std::span<const std::string_view> available, std::span<const std::string_view> planned = {});

/// 1 to 64 numbers from `minimum` to `maximum`, one a channel.
std::vector<double> checked_channels(const nlohmann::ordered_json& value, std::string_view path, double minimum,
                                     double maximum);

}  // namespace normscope
