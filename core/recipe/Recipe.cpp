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

double number_or_nan(std::optional<double> number) {
    return number.value_or(std::numeric_limits<double>::quiet_NaN());
}

std::optional<double> unless_nan(double value) {
    return std::isnan(value) ? std::nullopt : std::optional<double>(value);
}

constexpr std::array settings{
    Setting{"data.batch_size", [](const Recipe& r) { return static_cast<double>(r.data.batch_size); },
            [](Recipe& r, double value) { r.data.batch_size = static_cast<std::int64_t>(value); }},
    Setting{"model.norm.momentum", [](const Recipe& r) { return number_or_nan(r.model.norm.momentum); },
            [](Recipe& r, double value) { r.model.norm.momentum = unless_nan(value); }},
    Setting{"model.norm.eps", [](const Recipe& r) { return r.model.norm.eps; },
            [](Recipe& r, double value) { r.model.norm.eps = value; }},
    Setting{"optimizer.lr", [](const Recipe& r) { return r.optimizer.lr; },
            [](Recipe& r, double value) { r.optimizer.lr = value; }},
    Setting{"optimizer.momentum", [](const Recipe& r) { return r.optimizer.momentum; },
            [](Recipe& r, double value) { r.optimizer.momentum = value; }},
    Setting{"optimizer.weight_decay", [](const Recipe& r) { return r.optimizer.weight_decay; },
            [](Recipe& r, double value) { r.optimizer.weight_decay = value; }},
    Setting{"data.augment.shift", [](const Recipe& r) { return static_cast<double>(r.data.augment.shift); },
            [](Recipe& r, double value) { r.data.augment.shift = static_cast<std::int64_t>(value); }},
    Setting{"data.augment.crop", [](const Recipe& r) { return r.data.augment.crop; },
            [](Recipe& r, double value) { r.data.augment.crop = value; }},
    Setting{"data.augment.brightness", [](const Recipe& r) { return r.data.augment.brightness; },
            [](Recipe& r, double value) { r.data.augment.brightness = value; }},
    Setting{"data.augment.contrast", [](const Recipe& r) { return r.data.augment.contrast; },
            [](Recipe& r, double value) { r.data.augment.contrast = value; }},
    Setting{"model.norm.groups", [](const Recipe& r) { return static_cast<double>(r.model.norm.groups); },
            [](Recipe& r, double value) { r.model.norm.groups = static_cast<std::int64_t>(value); }},
    Setting{"model.norm.ghost_batches", [](const Recipe& r) { return static_cast<double>(r.model.norm.ghost_batches); },
            [](Recipe& r, double value) { r.model.norm.ghost_batches = static_cast<std::int64_t>(value); }},
    Setting{"model.norm.noise", [](const Recipe& r) { return r.model.norm.noise; },
            [](Recipe& r, double value) { r.model.norm.noise = value; }},
    Setting{"optimizer.eps", [](const Recipe& r) { return r.optimizer.eps; },
            [](Recipe& r, double value) { r.optimizer.eps = value; }},
    Setting{"optimizer.clip_grad_norm", [](const Recipe& r) { return number_or_nan(r.optimizer.clip_grad_norm); },
            [](Recipe& r, double value) { r.optimizer.clip_grad_norm = unless_nan(value); }},
    Setting{"optimizer.accumulation_steps",
            [](const Recipe& r) { return static_cast<double>(r.optimizer.accumulation_steps); },
            [](Recipe& r, double value) { r.optimizer.accumulation_steps = static_cast<std::int64_t>(value); }},
    Setting{"schedule.warmup_steps", [](const Recipe& r) { return static_cast<double>(r.schedule.warmup_steps); },
            [](Recipe& r, double value) { r.schedule.warmup_steps = static_cast<std::int64_t>(value); }},
    Setting{"schedule.step_epochs", [](const Recipe& r) { return static_cast<double>(r.schedule.step_epochs); },
            [](Recipe& r, double value) { r.schedule.step_epochs = static_cast<std::int64_t>(value); }},
    Setting{"schedule.gamma", [](const Recipe& r) { return r.schedule.gamma; },
            [](Recipe& r, double value) { r.schedule.gamma = value; }},
    Setting{"schedule.min_lr", [](const Recipe& r) { return r.schedule.min_lr; },
            [](Recipe& r, double value) { r.schedule.min_lr = value; }},
    Setting{"loss.label_smoothing", [](const Recipe& r) { return r.loss.label_smoothing; },
            [](Recipe& r, double value) { r.loss.label_smoothing = value; }},
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
