#include "core/recipe/FieldChecks.h"

#include "core/io/MessageText.h"
#include "core/recipe/NearestName.h"
#include "core/telemetry/Hyperparameter.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>

namespace normscope {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t max_text = 8192;
constexpr std::size_t max_numbers = 64;
constexpr std::size_t shown_text = 80;
constexpr double exact_doubles = 9007199254740992.0;  // 2^53

[[noreturn]] void refuse(std::string_view path, const std::string& reason) {
    throw InputError(std::string(path) + ' ' + reason + (reason.ends_with('?') ? "" : "."));
}

[[noreturn]] void refuse_range(const Json& value, std::string_view path, const Json& minimum, const Json& maximum) {
    refuse(path, "must be between " + minimum.dump() + " and " + maximum.dump() + ", not " + value.dump());
}

std::string list_of(std::span<const std::string_view> names) {
    std::string list;
    for (const auto name : names) list += (list.empty() ? "" : ", ") + io::in_quotes(name);
    return list;
}

}  // namespace

std::string type_of(const Json& value) {
    if (value.is_null()) return "null";
    if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
    if (value.is_string()) return "the text " + io::in_quotes(value.get_ref<const std::string&>(), shown_text);
    if (value.is_array()) return "an array";
    if (value.is_object()) return "an object";
    return value.dump();
}

bool checked_bool(const Json& value, std::string_view path) {
    if (!value.is_boolean()) refuse(path, "must be true or false, not " + type_of(value));
    return value.get<bool>();
}

double checked_setting(const Json& value, std::string_view path) {
    const auto* spec = telemetry::find_hyperparameter(path);
    if (!spec) throw std::logic_error("no hyperparameter " + std::string(path));
    if (!value.is_number()) refuse(path, "must be a number, not " + type_of(value));
    const auto number = value.get<double>();
    if (const auto reason = telemetry::reason_to_refuse(*spec, number)) {
        // In a file the key says more than the label of an editor's field.
        const bool begins_with_label = reason->starts_with(spec->name);
        throw InputError(begins_with_label ? std::string(path) + reason->substr(spec->name.size())
                                           : std::string(path) + ": " + *reason);
    }
    return number;
}

std::optional<double> checked_setting_or_null(const Json& value, std::string_view path) {
    if (value.is_null()) return std::nullopt;
    return checked_setting(value, path);
}

std::int64_t checked_whole_setting(const Json& value, std::string_view path) {
    return static_cast<std::int64_t>(checked_setting(value, path));
}

double checked_number(const Json& value, std::string_view path, double minimum, double maximum) {
    if (!value.is_number()) refuse(path, "must be a number, not " + type_of(value));
    const auto number = value.get<double>();
    if (!(number >= minimum && number <= maximum)) refuse_range(value, path, minimum, maximum);
    return number;
}

std::int64_t checked_whole(const Json& value, std::string_view path, std::int64_t minimum, std::int64_t maximum) {
    if (!value.is_number()) refuse(path, "must be a whole number, not " + type_of(value));
    if (value.is_number_float()) {
        const auto number = value.get<double>();
        if (number != std::floor(number)) refuse(path, "must be a whole number, not " + value.dump());
        if (std::abs(number) >= exact_doubles) refuse_range(value, path, minimum, maximum);
        return checked_whole(Json(static_cast<std::int64_t>(number)), path, minimum, maximum);
    }
    const bool too_large =
        value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX);
    if (too_large || value.get<std::int64_t>() < minimum || value.get<std::int64_t>() > maximum) {
        refuse_range(value, path, minimum, maximum);
    }
    return value.get<std::int64_t>();
}

std::uint64_t checked_seed(const Json& value, std::string_view path) {
    if (value.is_number_unsigned()) return value.get<std::uint64_t>();
    const bool in_range = value.is_number() && value.get<double>() >= 0 && value.get<double>() < exact_doubles;
    if (value.is_number() && !in_range) refuse_range(value, path, 0, UINT64_MAX);
    return static_cast<std::uint64_t>(checked_whole(value, path, 0, INT64_MAX));
}

std::string checked_text(const Json& value, std::string_view path) {
    if (!value.is_string()) refuse(path, "must be a text, not " + type_of(value));
    const auto& text = value.get_ref<const std::string&>();
    if (text.empty()) refuse(path, "must not be empty");
    if (text.size() > max_text) refuse(path, "must not be longer than " + std::to_string(max_text) + " bytes");
    if (text.find('\0') != std::string::npos) refuse(path, "must not hold a NUL character");
    if (!io::is_valid_utf8(text)) refuse(path, "must be UTF-8, and " + io::in_quotes(text, shown_text) + " is not");
    return text;
}

std::string checked_choice(const Json& value, std::string_view path, std::span<const std::string_view> available,
                           std::span<const std::string_view> planned) {
    std::string text = checked_text(value, path);
    const auto holds = [&](std::span<const std::string_view> names) {
        return std::find(names.begin(), names.end(), text) != names.end();
    };
    if (holds(available)) return text;
    const std::string name = io::in_quotes(text, shown_text);
    const std::string offer = "this version of NormScope has " + list_of(available);
    if (holds(planned)) refuse(path, name + " is not available yet; " + offer);
    const auto nearest = nearest_name(text, available);
    refuse(path, name + " is unknown; " + offer + (nearest ? ". Did you mean " + io::in_quotes(*nearest) + "?" : ""));
}

std::vector<std::int64_t> checked_wholes(const Json& value, std::string_view path, std::int64_t minimum,
                                         std::int64_t maximum) {
    if (!value.is_array()) refuse(path, "must be an array of whole numbers, not " + type_of(value));
    if (value.size() > max_numbers) {
        refuse(path,
               "must hold up to " + std::to_string(max_numbers) + " numbers, not " + std::to_string(value.size()));
    }
    std::vector<std::int64_t> numbers;
    for (std::size_t i = 0; i < value.size(); ++i) {
        numbers.push_back(checked_whole(value[i], std::string(path) + '[' + std::to_string(i) + ']', minimum, maximum));
    }
    return numbers;
}

std::vector<double> checked_channels(const Json& value, std::string_view path, double minimum, double maximum) {
    if (!value.is_array()) refuse(path, "must be an array of numbers, one a channel, not " + type_of(value));
    if (value.empty() || value.size() > max_numbers) {
        refuse(path, "must hold 1 to " + std::to_string(max_numbers) + " numbers, not " + std::to_string(value.size()));
    }
    std::vector<double> numbers;
    for (std::size_t i = 0; i < value.size(); ++i) {
        numbers.push_back(
            checked_number(value[i], std::string(path) + '[' + std::to_string(i) + ']', minimum, maximum));
    }
    return numbers;
}

}  // namespace normscope
