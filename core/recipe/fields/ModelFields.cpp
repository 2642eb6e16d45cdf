#include "core/recipe/FieldChecks.h"
#include "core/recipe/LayerRecipeJson.h"
#include "core/recipe/fields/FieldTables.h"

#include <array>

namespace normscope {
namespace {

using Json = nlohmann::ordered_json;
using Path = std::string_view;

constexpr std::int64_t largest_width = 65536;
constexpr std::int64_t largest_depth = 1000;

constexpr std::array<Path, 8> models{"simple",           "vgg", "resnet", "variable-input",
                                     "image-classifier", "mlp", "plain",  "custom"};
constexpr std::array<Path, 5> norms{"batch", "none", "layer", "instance", "group"};
constexpr std::array<Path, 2> norm_positions{"before_activation", "after_activation"};
constexpr std::array<Path, 3> activations{"relu", "sigmoid", "leaky_relu"};

constexpr std::array fields{
    RecipeField{"model.name", [](const Recipe& r) { return Json(r.model.name); },
                [](Recipe& r, const Json& v, Path p) { r.model.name = checked_choice(v, p, models); }},
    RecipeField{"model.norm.type", [](const Recipe& r) { return Json(r.model.norm.type); },
                [](Recipe& r, const Json& v, Path p) { r.model.norm.type = checked_choice(v, p, norms); }},
    RecipeField{"model.norm.eps", [](const Recipe& r) { return Json(r.model.norm.eps); },
                [](Recipe& r, const Json& v, Path p) { r.model.norm.eps = checked_setting(v, p); }},
    RecipeField{"model.norm.momentum", [](const Recipe& r) { return value_or_null(r.model.norm.momentum); },
                [](Recipe& r, const Json& v, Path p) { r.model.norm.momentum = checked_setting_or_null(v, p); }},
    RecipeField{"model.norm.affine", [](const Recipe& r) { return Json(r.model.norm.affine); },
                [](Recipe& r, const Json& v, Path p) { r.model.norm.affine = checked_bool(v, p); }},
    RecipeField{"model.norm.track_running_stats",
                [](const Recipe& r) { return Json(r.model.norm.track_running_stats); },
                [](Recipe& r, const Json& v, Path p) { r.model.norm.track_running_stats = checked_bool(v, p); }},
    RecipeField{"model.norm.frozen", [](const Recipe& r) { return Json(r.model.norm.frozen); },
                [](Recipe& r, const Json& v, Path p) { r.model.norm.frozen = checked_bool(v, p); }},
    RecipeField{"model.norm.frozen_affine", [](const Recipe& r) { return Json(r.model.norm.frozen_affine); },
                [](Recipe& r, const Json& v, Path p) { r.model.norm.frozen_affine = checked_bool(v, p); }},
    RecipeField{"model.norm.groups", [](const Recipe& r) { return Json(r.model.norm.groups); },
                [](Recipe& r, const Json& v, Path p) { r.model.norm.groups = checked_whole_setting(v, p); }},
    RecipeField{"model.norm.ghost_batches", [](const Recipe& r) { return Json(r.model.norm.ghost_batches); },
                [](Recipe& r, const Json& v, Path p) { r.model.norm.ghost_batches = checked_whole_setting(v, p); }},
    RecipeField{"model.norm.noise", [](const Recipe& r) { return Json(r.model.norm.noise); },
                [](Recipe& r, const Json& v, Path p) { r.model.norm.noise = checked_setting(v, p); }},
    RecipeField{"model.norm_position", [](const Recipe& r) { return Json(r.model.norm_position); },
                [](Recipe& r, const Json& v, Path p) { r.model.norm_position = checked_choice(v, p, norm_positions); }},
    RecipeField{"model.activation", [](const Recipe& r) { return Json(r.model.activation); },
                [](Recipe& r, const Json& v, Path p) { r.model.activation = checked_choice(v, p, activations); }},
    RecipeField{"model.widths", [](const Recipe& r) { return Json(r.model.widths); },
                [](Recipe& r, const Json& v, Path p) { r.model.widths = checked_wholes(v, p, 1, largest_width); }},
    RecipeField{"model.depth", [](const Recipe& r) { return Json(r.model.depth); },
                [](Recipe& r, const Json& v, Path p) { r.model.depth = checked_whole(v, p, 0, largest_depth); }},
    RecipeField{"model.conv_bias", [](const Recipe& r) { return Json(r.model.conv_bias); },
                [](Recipe& r, const Json& v, Path p) { r.model.conv_bias = checked_bool(v, p); }},
    RecipeField{"model.layers", [](const Recipe& r) { return layers_to_json(r.model.layers); },
                [](Recipe& r, const Json& v, Path p) { r.model.layers = checked_layers(v, p); }},
};

}  // namespace

std::span<const RecipeField> model_fields() {
    return fields;
}

}  // namespace normscope
