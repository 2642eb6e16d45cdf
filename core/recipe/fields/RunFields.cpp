#include "core/recipe/FieldChecks.h"
#include "core/recipe/fields/FieldTables.h"

#include <array>

namespace normscope {
namespace {

using Json = nlohmann::ordered_json;
using Path = std::string_view;

constexpr std::int64_t largest_count = 1'000'000'000;
constexpr std::array<Path, 3> kernels{"reference", "direct", "winograd"};

constexpr std::array fields{
    RecipeField{"record.eval_every", [](const Recipe& r) { return Json(r.record.eval_every); },
                [](Recipe& r, const Json& v, Path p) { r.record.eval_every = checked_whole(v, p, 0, largest_count); }},
    RecipeField{"record.eval_images", [](const Recipe& r) { return Json(r.record.eval_images); },
                [](Recipe& r, const Json& v, Path p) { r.record.eval_images = checked_whole(v, p, 1, largest_count); }},
    RecipeField{"kernels", [](const Recipe& r) { return Json(r.kernels); },
                [](Recipe& r, const Json& v, Path p) { r.kernels = checked_choice(v, p, kernels, {}); }},
    RecipeField{"epochs", [](const Recipe& r) { return Json(r.epochs); },
                [](Recipe& r, const Json& v, Path p) { r.epochs = checked_whole_setting(v, p); }},
    RecipeField{"seed", [](const Recipe& r) { return Json(r.seed); },
                [](Recipe& r, const Json& v, Path p) { r.seed = checked_seed(v, p); }},
};

}  // namespace

std::span<const RecipeField> run_fields() {
    return fields;
}

}  // namespace normscope
