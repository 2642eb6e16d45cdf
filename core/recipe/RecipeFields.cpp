#include "core/recipe/RecipeFields.h"

#include "core/Error.h"
#include "core/recipe/FieldChecks.h"

#include <algorithm>
#include <array>

namespace normscope {
namespace {

using Json = nlohmann::ordered_json;
using Path = std::string_view;

constexpr double largest_mean = 1e6;
constexpr double smallest_std = 1e-6;
constexpr double largest_std = 1e6;
constexpr std::int64_t largest_count = 1'000'000'000;

constexpr std::array<Path, 2> models{"simple", "vgg"};
constexpr std::array<Path, 4> planned_models{"resnet", "variable-input", "image-classifier", "mlp"};
constexpr std::array<Path, 2> norms{"batch", "none"};
constexpr std::array<Path, 3> planned_norms{"layer", "instance", "group"};
constexpr std::array<Path, 1> norm_positions{"before_activation"};
constexpr std::array<Path, 1> planned_norm_positions{"after_activation"};
constexpr std::array<Path, 1> optimizers{"sgd"};
constexpr std::array<Path, 2> planned_optimizers{"adam", "adamw"};
constexpr std::array<Path, 1> schedules{"constant"};
constexpr std::array<Path, 4> planned_schedules{"step", "multistep", "cosine", "onecycle"};

void write_momentum(Recipe& r, const Json& v, Path p) {
    if (v.is_null()) {
        r.model.norm.momentum = std::nullopt;
    } else {
        r.model.norm.momentum = checked_setting(v, p);
    }
}

void write_eval_source(Recipe& r, const Json& v, Path p) {
    if (v.is_null()) {
        r.data.eval_source = std::nullopt;
    } else {
        r.data.eval_source = checked_text(v, p);
    }
}

void write_eval_fraction(Recipe& r, const Json& v, Path p) {
    const double fraction = checked_number(v, p, 0, 1);
    if (fraction == 1) throw InputError(std::string(p) + " must be below 1, or nothing is left to train on.");
    r.data.eval_fraction = fraction;
}

void write_nesterov(Recipe& r, const Json& v, Path p) {
    if (checked_bool(v, p))
        throw InputError(std::string(p) + " true is not available yet in this version of NormScope.");
    r.optimizer.nesterov = false;
}

template <class T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json(nullptr);
}

constexpr std::array fields{
    RecipeField{"data.source", [](const Recipe& r) { return Json(r.data.source); },
                [](Recipe& r, const Json& v, Path p) { r.data.source = checked_text(v, p); }},
    RecipeField{"data.eval_source", [](const Recipe& r) { return or_null(r.data.eval_source); }, write_eval_source},
    RecipeField{"data.eval_fraction", [](const Recipe& r) { return Json(r.data.eval_fraction); }, write_eval_fraction},
    RecipeField{
        "data.batch_size", [](const Recipe& r) { return Json(r.data.batch_size); },
        [](Recipe& r, const Json& v, Path p) { r.data.batch_size = static_cast<std::int64_t>(checked_setting(v, p)); }},
    RecipeField{"data.shuffle", [](const Recipe& r) { return Json(r.data.shuffle); },
                [](Recipe& r, const Json& v, Path p) { r.data.shuffle = checked_bool(v, p); }},
    RecipeField{"data.drop_last", [](const Recipe& r) { return Json(r.data.drop_last); },
                [](Recipe& r, const Json& v, Path p) { r.data.drop_last = checked_bool(v, p); }},
    RecipeField{
        "data.normalize.mean", [](const Recipe& r) { return Json(r.data.mean); },
        [](Recipe& r, const Json& v, Path p) { r.data.mean = checked_channels(v, p, -largest_mean, largest_mean); }},
    RecipeField{
        "data.normalize.std", [](const Recipe& r) { return Json(r.data.std); },
        [](Recipe& r, const Json& v, Path p) { r.data.std = checked_channels(v, p, smallest_std, largest_std); }},
    RecipeField{"model.name", [](const Recipe& r) { return Json(r.model.name); },
                [](Recipe& r, const Json& v, Path p) { r.model.name = checked_choice(v, p, models, planned_models); }},
    RecipeField{
        "model.norm.type", [](const Recipe& r) { return Json(r.model.norm.type); },
        [](Recipe& r, const Json& v, Path p) { r.model.norm.type = checked_choice(v, p, norms, planned_norms); }},
    RecipeField{"model.norm.eps", [](const Recipe& r) { return Json(r.model.norm.eps); },
                [](Recipe& r, const Json& v, Path p) { r.model.norm.eps = checked_setting(v, p); }},
    RecipeField{"model.norm.momentum", [](const Recipe& r) { return or_null(r.model.norm.momentum); }, write_momentum},
    RecipeField{"model.norm.affine", [](const Recipe& r) { return Json(r.model.norm.affine); },
                [](Recipe& r, const Json& v, Path p) { r.model.norm.affine = checked_bool(v, p); }},
    RecipeField{"model.norm.track_running_stats",
                [](const Recipe& r) { return Json(r.model.norm.track_running_stats); },
                [](Recipe& r, const Json& v, Path p) { r.model.norm.track_running_stats = checked_bool(v, p); }},
    RecipeField{"model.norm.frozen", [](const Recipe& r) { return Json(r.model.norm.frozen); },
                [](Recipe& r, const Json& v, Path p) { r.model.norm.frozen = checked_bool(v, p); }},
    RecipeField{"model.norm_position", [](const Recipe& r) { return Json(r.model.norm_position); },
                [](Recipe& r, const Json& v, Path p) {
                    r.model.norm_position = checked_choice(v, p, norm_positions, planned_norm_positions);
                }},
    RecipeField{"optimizer.name", [](const Recipe& r) { return Json(r.optimizer.name); },
                [](Recipe& r, const Json& v, Path p) {
                    r.optimizer.name = checked_choice(v, p, optimizers, planned_optimizers);
                }},
    RecipeField{"optimizer.lr", [](const Recipe& r) { return Json(r.optimizer.lr); },
                [](Recipe& r, const Json& v, Path p) { r.optimizer.lr = checked_setting(v, p); }},
    RecipeField{"optimizer.momentum", [](const Recipe& r) { return Json(r.optimizer.momentum); },
                [](Recipe& r, const Json& v, Path p) { r.optimizer.momentum = checked_setting(v, p); }},
    RecipeField{"optimizer.weight_decay", [](const Recipe& r) { return Json(r.optimizer.weight_decay); },
                [](Recipe& r, const Json& v, Path p) { r.optimizer.weight_decay = checked_setting(v, p); }},
    RecipeField{"optimizer.nesterov", [](const Recipe& r) { return Json(r.optimizer.nesterov); }, write_nesterov},
    RecipeField{
        "schedule.name", [](const Recipe& r) { return Json(r.schedule.name); },
        [](Recipe& r, const Json& v, Path p) { r.schedule.name = checked_choice(v, p, schedules, planned_schedules); }},
    RecipeField{"record.eval_every", [](const Recipe& r) { return Json(r.record.eval_every); },
                [](Recipe& r, const Json& v, Path p) { r.record.eval_every = checked_whole(v, p, 0, largest_count); }},
    RecipeField{"record.eval_images", [](const Recipe& r) { return Json(r.record.eval_images); },
                [](Recipe& r, const Json& v, Path p) { r.record.eval_images = checked_whole(v, p, 1, largest_count); }},
    RecipeField{"epochs", [](const Recipe& r) { return Json(r.epochs); },
                [](Recipe& r, const Json& v, Path p) { r.epochs = static_cast<std::int64_t>(checked_setting(v, p)); }},
    RecipeField{"seed", [](const Recipe& r) { return Json(r.seed); },
                [](Recipe& r, const Json& v, Path p) { r.seed = checked_seed(v, p); }},
};

}  // namespace

std::span<const RecipeField> recipe_fields() {
    return fields;
}

const RecipeField* find_recipe_field(std::string_view path) {
    const auto found = std::find_if(fields.begin(), fields.end(), [&](const RecipeField& f) { return f.path == path; });
    return found == fields.end() ? nullptr : &*found;
}

bool is_recipe_section(std::string_view path) {
    return path.empty() || !keys_of_section(path).empty();
}

std::vector<std::string_view> keys_of_section(std::string_view section) {
    const std::string prefix = section.empty() ? "" : std::string(section) + '.';
    std::vector<std::string_view> keys;
    for (const auto& field : fields) {
        if (!field.path.starts_with(prefix)) continue;
        const auto rest = field.path.substr(prefix.size());
        const auto key = rest.substr(0, rest.find('.'));
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
    }
    return keys;
}

std::string join_path(std::string_view section, std::string_view key) {
    return section.empty() ? std::string(key) : std::string(section) + '.' + std::string(key);
}

}  // namespace normscope
