#include "core/recipe/FieldChecks.h"
#include "core/recipe/fields/FieldTables.h"

#include <array>

namespace normscope {
namespace {

using Json = nlohmann::ordered_json;
using Path = std::string_view;

constexpr double largest_mean = 1e6;
constexpr double smallest_std = 1e-6;
constexpr double largest_std = 1e6;

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

constexpr std::array fields{
    RecipeField{"data.source", [](const Recipe& r) { return Json(r.data.source); },
                [](Recipe& r, const Json& v, Path p) { r.data.source = checked_text(v, p); }},
    RecipeField{"data.eval_source", [](const Recipe& r) { return value_or_null(r.data.eval_source); },
                write_eval_source},
    RecipeField{"data.eval_fraction", [](const Recipe& r) { return Json(r.data.eval_fraction); }, write_eval_fraction},
    RecipeField{"data.batch_size", [](const Recipe& r) { return Json(r.data.batch_size); },
                [](Recipe& r, const Json& v, Path p) { r.data.batch_size = checked_whole_setting(v, p); }},
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
    RecipeField{"data.augment.flip", [](const Recipe& r) { return Json(r.data.augment.flip); },
                [](Recipe& r, const Json& v, Path p) { r.data.augment.flip = checked_bool(v, p); }},
    RecipeField{"data.augment.shift", [](const Recipe& r) { return Json(r.data.augment.shift); },
                [](Recipe& r, const Json& v, Path p) { r.data.augment.shift = checked_whole_setting(v, p); }},
    RecipeField{"data.augment.crop", [](const Recipe& r) { return Json(r.data.augment.crop); },
                [](Recipe& r, const Json& v, Path p) { r.data.augment.crop = checked_setting(v, p); }},
    RecipeField{"data.augment.brightness", [](const Recipe& r) { return Json(r.data.augment.brightness); },
                [](Recipe& r, const Json& v, Path p) { r.data.augment.brightness = checked_setting(v, p); }},
    RecipeField{"data.augment.contrast", [](const Recipe& r) { return Json(r.data.augment.contrast); },
                [](Recipe& r, const Json& v, Path p) { r.data.augment.contrast = checked_setting(v, p); }},
};

}  // namespace

std::span<const RecipeField> data_fields() {
    return fields;
}

}  // namespace normscope
