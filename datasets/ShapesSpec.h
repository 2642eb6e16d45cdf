// The SPEC of generated shapes.
#pragma once

#include "datasets/Shapes.h"

#include <string_view>

namespace normscope::datasets {

/// Memory the pixels may take, in bytes.
inline constexpr std::int64_t max_shapes_bytes = 512LL << 20;

/// The options of "shapes:images=2000,size=32,…": images, eval_images, size, channels, classes, seed, brightness,
/// contrast, noise, background, and the last four with "eval_" before them (as in training if not given).
/// `spec` is quoted in messages. Throws InputError: unknown, repeated or malformed options, values out of range, more
/// than max_shapes_bytes of pixels.
ShapesRecipe parse_shapes(std::string_view options, std::string_view spec);

}  // namespace normscope::datasets
