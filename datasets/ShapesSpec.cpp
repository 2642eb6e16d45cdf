#include "core/Error.h"
#include "core/io/MessageText.h"
#include "datasets/Shapes.h"
#include "datasets/SpecOptions.h"

#include <array>
#include <string>

namespace normscope::datasets {
namespace {

struct DomainDial {
    std::string_view name;
    std::string_view eval_name;
    double ShapesDomain::*value;
    double minimum;
    double maximum;
};
constexpr std::array domain_dials{
    DomainDial{"brightness", "eval_brightness", &ShapesDomain::brightness, -1, 1},
    DomainDial{"contrast", "eval_contrast", &ShapesDomain::contrast, 0, 4},
    DomainDial{"noise", "eval_noise", &ShapesDomain::noise, 0, 1},
    DomainDial{"background", "eval_background", &ShapesDomain::background, 0, 1},
};

constexpr std::array<std::string_view, 14> names{
    "images", "eval_images", "size",       "channels",        "classes",       "seed",       "brightness",
    "noise",  "contrast",    "background", "eval_brightness", "eval_contrast", "eval_noise", "eval_background"};

constexpr std::int64_t most_images = 1'000'000;
constexpr std::int64_t smallest_side = 8;
constexpr std::int64_t largest_side = 256;
constexpr std::int64_t most_classes = 8;

}  // namespace

ShapesRecipe parse_shapes(std::string_view text, std::string_view spec) {
    const SpecOptions options(text, ',', spec, names);
    ShapesRecipe recipe;
    recipe.images = options.whole("images", recipe.images, 1, most_images);
    recipe.eval_images = options.whole("eval_images", recipe.eval_images, 0, most_images);
    recipe.size = options.whole("size", recipe.size, smallest_side, largest_side);
    constexpr std::array<std::string_view, 2> channels{"1", "3"};
    recipe.channels = options.choice("channels", "3", channels) == "1" ? 1 : 3;
    recipe.classes = options.whole("classes", recipe.classes, 2, most_classes);
    recipe.seed = options.seed("seed", recipe.seed);
    for (const auto& dial : domain_dials) {
        double& value = recipe.train.*dial.value;
        value = options.number(dial.name, value, dial.minimum, dial.maximum);
        recipe.eval.*dial.value = options.number(dial.eval_name, value, dial.minimum, dial.maximum);
    }
    const std::int64_t bytes =
        (recipe.images + recipe.eval_images) * recipe.size * recipe.size * recipe.channels;  // < 2^40
    if (bytes > max_shapes_bytes) {
        throw InputError("The data SPEC " + io::in_quotes(spec) + " asks for " + std::to_string(bytes >> 20) +
                         " MiB of pixels, and at most " + std::to_string(max_shapes_bytes >> 20) +
                         " MiB are generated; take fewer or smaller images.");
    }
    return recipe;
}

}  // namespace normscope::datasets
