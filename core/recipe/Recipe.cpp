#include "core/recipe/Recipe.h"

#include "core/Error.h"
#include "core/io/MessageText.h"
#include "core/telemetry/Hyperparameter.h"

#include <array>
#include <cmath>
#include <limits>

namespace normscope {
namespace {

struct Setting {
    std::string_view key;
    double (*get)(const Recipe&);
    void (*set)(Recipe&, double);
};

constexpr std::array settings{
    Setting{"data.batch_size", [](const Recipe& r) { return static_cast<double>(r.data.batch_size); },
            [](Recipe& r, double value) { r.data.batch_size = static_cast<std::int64_t>(value); }},
    Setting{"model.norm.momentum",
            [](const Recipe& r) { return r.model.norm.momentum.value_or(std::numeric_limits<double>::quiet_NaN()); },
            [](Recipe& r, double value) {
                r.model.norm.momentum = std::isnan(value) ? std::nullopt : std::optional<double>(value);
            }},
    Setting{"model.norm.eps", [](const Recipe& r) { return r.model.norm.eps; },
            [](Recipe& r, double value) { r.model.norm.eps = value; }},
    Setting{"optimizer.lr", [](const Recipe& r) { return r.optimizer.lr; },
            [](Recipe& r, double value) { r.optimizer.lr = value; }},
    Setting{"optimizer.momentum", [](const Recipe& r) { return r.optimizer.momentum; },
            [](Recipe& r, double value) { r.optimizer.momentum = value; }},
    Setting{"optimizer.weight_decay", [](const Recipe& r) { return r.optimizer.weight_decay; },
            [](Recipe& r, double value) { r.optimizer.weight_decay = value; }},
    Setting{"epochs", [](const Recipe& r) { return static_cast<double>(r.epochs); },
            [](Recipe& r, double value) { r.epochs = static_cast<std::int64_t>(value); }},
    Setting{"seed", [](const Recipe& r) { return static_cast<double>(r.seed); },
            [](Recipe& r, double value) { r.seed = static_cast<std::uint64_t>(value); }},
};

const Setting& setting_of(std::string_view key) {
    for (const auto& setting : settings) {
        if (setting.key == key) return setting;
    }
    throw InputError("There is no numeric setting " + io::in_quotes(key) + ".");
}

}  // namespace

double value_of(const Recipe& recipe, std::string_view key) {
    return setting_of(key).get(recipe);
}

void set_value(Recipe& recipe, std::string_view key, double value) {
    const Setting& setting = setting_of(key);
    const auto* spec = telemetry::find_hyperparameter(key);
    if (!spec) throw InputError("There is no numeric setting " + io::in_quotes(key) + ".");
    if (const auto reason = telemetry::reason_to_refuse(*spec, value)) throw InputError(*reason);
    setting.set(recipe, value);
}

}  // namespace normscope
