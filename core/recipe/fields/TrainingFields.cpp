#include "core/recipe/FieldChecks.h"
#include "core/recipe/fields/FieldTables.h"

#include <array>

namespace normscope {
namespace {

using Json = nlohmann::ordered_json;
using Path = std::string_view;

constexpr std::array<Path, 3> optimizers{"sgd", "adam", "adamw"};
constexpr std::array<Path, 4> schedules{"constant", "step", "cosine", "warmup"};
constexpr std::array<Path, 2> planned_schedules{"multistep", "onecycle"};

/// β₁ and β₂ as PyTorch writes and checks them.
void write_betas(Recipe& r, const Json& v, Path p) {
    if (!v.is_array() || v.size() != 2) {
        throw InputError(std::string(p) + " must be an array of two numbers, such as [0.9, 0.999].");
    }
    std::array<double, 2> betas{};
    for (std::size_t i = 0; i < betas.size(); ++i) {
        const std::string path = std::string(p) + '[' + std::to_string(i) + ']';
        betas[i] = checked_number(v[i], path, 0, 1);
        if (betas[i] == 1) throw InputError(path + " must be below 1, or no gradient ever counts.");
    }
    r.optimizer.beta1 = betas[0];
    r.optimizer.beta2 = betas[1];
}

constexpr std::array fields{
    RecipeField{"optimizer.name", [](const Recipe& r) { return Json(r.optimizer.name); },
                [](Recipe& r, const Json& v, Path p) { r.optimizer.name = checked_choice(v, p, optimizers); }},
    RecipeField{"optimizer.lr", [](const Recipe& r) { return Json(r.optimizer.lr); },
                [](Recipe& r, const Json& v, Path p) { r.optimizer.lr = checked_setting(v, p); }},
    RecipeField{"optimizer.momentum", [](const Recipe& r) { return Json(r.optimizer.momentum); },
                [](Recipe& r, const Json& v, Path p) { r.optimizer.momentum = checked_setting(v, p); }},
    RecipeField{"optimizer.weight_decay", [](const Recipe& r) { return Json(r.optimizer.weight_decay); },
                [](Recipe& r, const Json& v, Path p) { r.optimizer.weight_decay = checked_setting(v, p); }},
    RecipeField{"optimizer.nesterov", [](const Recipe& r) { return Json(r.optimizer.nesterov); },
                [](Recipe& r, const Json& v, Path p) { r.optimizer.nesterov = checked_bool(v, p); }},
    RecipeField{"optimizer.betas",
                [](const Recipe& r) {
                    return Json::array({r.optimizer.beta1, r.optimizer.beta2});
                },
                write_betas},
    RecipeField{"optimizer.eps", [](const Recipe& r) { return Json(r.optimizer.eps); },
                [](Recipe& r, const Json& v, Path p) { r.optimizer.eps = checked_setting(v, p); }},
    RecipeField{"optimizer.exempt_norm", [](const Recipe& r) { return Json(r.optimizer.exempt_norm); },
                [](Recipe& r, const Json& v, Path p) { r.optimizer.exempt_norm = checked_bool(v, p); }},
    RecipeField{"optimizer.clip_grad_norm", [](const Recipe& r) { return value_or_null(r.optimizer.clip_grad_norm); },
                [](Recipe& r, const Json& v, Path p) { r.optimizer.clip_grad_norm = checked_setting_or_null(v, p); }},
    RecipeField{"optimizer.accumulation_steps", [](const Recipe& r) { return Json(r.optimizer.accumulation_steps); },
                [](Recipe& r, const Json& v, Path p) { r.optimizer.accumulation_steps = checked_whole_setting(v, p); }},
    RecipeField{
        "schedule.name", [](const Recipe& r) { return Json(r.schedule.name); },
        [](Recipe& r, const Json& v, Path p) { r.schedule.name = checked_choice(v, p, schedules, planned_schedules); }},
    RecipeField{"schedule.warmup_steps", [](const Recipe& r) { return Json(r.schedule.warmup_steps); },
                [](Recipe& r, const Json& v, Path p) { r.schedule.warmup_steps = checked_whole_setting(v, p); }},
    RecipeField{"schedule.step_epochs", [](const Recipe& r) { return Json(r.schedule.step_epochs); },
                [](Recipe& r, const Json& v, Path p) { r.schedule.step_epochs = checked_whole_setting(v, p); }},
    RecipeField{"schedule.gamma", [](const Recipe& r) { return Json(r.schedule.gamma); },
                [](Recipe& r, const Json& v, Path p) { r.schedule.gamma = checked_setting(v, p); }},
    RecipeField{"schedule.min_lr", [](const Recipe& r) { return Json(r.schedule.min_lr); },
                [](Recipe& r, const Json& v, Path p) { r.schedule.min_lr = checked_setting(v, p); }},
    RecipeField{"loss.label_smoothing", [](const Recipe& r) { return Json(r.loss.label_smoothing); },
                [](Recipe& r, const Json& v, Path p) { r.loss.label_smoothing = checked_setting(v, p); }},
};

}  // namespace

std::span<const RecipeField> training_fields() {
    return fields;
}

}  // namespace normscope
