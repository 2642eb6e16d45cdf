#include "core/recipe/FieldChecks.h"
#include "core/recipe/fields/FieldTables.h"

#include <array>

namespace normscope {
namespace {

using Json = nlohmann::ordered_json;
using Path = std::string_view;

constexpr std::int64_t largest_count = 1'000'000'000;
constexpr std::array<Path, 3> kernels{"reference", "direct", "winograd"};

constexpr std::size_t most_landscape_points = 64;
constexpr double farthest_landscape_point = 1e6;

/// Multiples of the learning rate.
void write_landscape(Recipe& r, const Json& v, Path p) {
    if (!v.is_array() || v.size() > most_landscape_points) {
        throw InputError(std::string(p) + " must be an array of up to 64 numbers, such as [0.5, 1, 2, 4], not " +
                         type_of(v) + '.');
    }
    std::vector<double> steps;
    for (std::size_t i = 0; i < v.size(); ++i) {
        const std::string path = std::string(p) + '[' + std::to_string(i) + ']';
        steps.push_back(checked_number(v[i], path, 0, farthest_landscape_point));
    }
    r.record.landscape = std::move(steps);
}

constexpr std::array fields{
    RecipeField{"record.eval_every", [](const Recipe& r) { return Json(r.record.eval_every); },
                [](Recipe& r, const Json& v, Path p) { r.record.eval_every = checked_whole(v, p, 0, largest_count); }},
    RecipeField{"record.eval_images", [](const Recipe& r) { return Json(r.record.eval_images); },
                [](Recipe& r, const Json& v, Path p) { r.record.eval_images = checked_whole(v, p, 1, largest_count); }},
    RecipeField{
        "record.measure_every", [](const Recipe& r) { return Json(r.record.measure_every); },
        [](Recipe& r, const Json& v, Path p) { r.record.measure_every = checked_whole(v, p, 0, largest_count); }},
    RecipeField{
        "record.exact_batches", [](const Recipe& r) { return Json(r.record.exact_batches); },
        [](Recipe& r, const Json& v, Path p) { r.record.exact_batches = checked_whole(v, p, 0, largest_count); }},
    RecipeField{"record.landscape", [](const Recipe& r) { return Json(r.record.landscape); }, write_landscape},
    RecipeField{"record.target_accuracy", [](const Recipe& r) { return value_or_null(r.record.target_accuracy); },
                [](Recipe& r, const Json& v, Path p) {
                    r.record.target_accuracy.reset();
                    if (!v.is_null()) r.record.target_accuracy = checked_number(v, p, 0, 1);
                }},
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
