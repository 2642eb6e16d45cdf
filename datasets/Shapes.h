// "shapes": coloured shapes on a plain background, generated. What the pixels' statistics are is dialled, also
// differently for training and evaluation, which is what batch statistics and running statistics disagree about.
#pragma once

#include "core/train/Dataset.h"
#include "datasets/LoadOptions.h"

#include <string_view>

namespace normscope::datasets {

/// What the pictures of one domain look like. A pixel is
///     clip(0.5 + contrast · (drawing − 0.5) + brightness + noise · g, 0, 1), rounded to n/255,
/// drawing: the shape's colour on the background, edges mixed by coverage; g: random, mean 0, variance 1, each value
/// of its own (the sum of four uniform numbers, so |g| < 3.5).
struct ShapesDomain {
    double brightness = 0;    ///< −1 … 1, added to every value
    double contrast = 1;      ///< 0 … 4, factor about middle grey
    double noise = 0.05;      ///< 0 … 1, standard deviation before clipping
    double background = 0.2;  ///< 0 … 1, grey level; each picture's is up to 0.05 beside it
    friend bool operator==(const ShapesDomain&, const ShapesDomain&) = default;
};

struct ShapesRecipe {
    std::int64_t images = 2000;      ///< to train on, 1 … 1 000 000
    std::int64_t eval_images = 500;  ///< held out, 0 … 1 000 000
    std::int64_t size = 32;          ///< height and width in pixels, 8 … 256
    std::int64_t channels = 3;       ///< 1 or 3
    std::int64_t classes = 6;        ///< 2 … 8: the first so many of shape_names()
    std::uint64_t seed = 1;
    ShapesDomain train;
    ShapesDomain eval;  ///< where it differs from `train`, the domain shifts
};

/// "circle", "square", "triangle", "star", "cross", "ring", "hexagon", "crescent".
const std::vector<std::string>& shape_names();

/// Memory the pixels may take, in bytes.
inline constexpr std::int64_t max_shapes_bytes = 512LL << 20;

/// The options of "shapes:images=2000,size=32,…": images, eval_images, size, channels, classes, seed, brightness,
/// contrast, noise, background, and the last four with "eval_" before them (as in training if not given).
/// `spec` is quoted in messages. Throws InputError: unknown, repeated or malformed options, values out of range, more
/// than max_shapes_bytes of pixels.
ShapesRecipe parse_shapes(std::string_view options, std::string_view spec);

/// Draws the pictures. Image i shows the class i mod classes, in a random place, size, tilt and colour, all from
/// streams of the seed that are i's own: the same recipe gives the same bytes, and fewer images are the first ones of
/// more. `eval` is null if there are no eval_images.
DataSplit make_shapes(const ShapesRecipe& recipe, const LoadOptions& options = {});

}  // namespace normscope::datasets
