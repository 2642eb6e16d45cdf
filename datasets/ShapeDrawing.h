// The outlines of the generated shapes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace normscope::datasets {

/// Where a shape is and how it stands.
struct ShapePlace {
    double x = 0;  ///< centre, in pixels from the left edge of the picture
    double y = 0;  ///< in pixels from the top edge
    double radius = 0;
    double cosine = 1;  ///< of its tilt
    double sine = 0;
};

inline constexpr std::size_t shape_count = 8;

/// Draws shape `kind` (an index into shape_names()) on a picture of size × size: the covered share of each pixel in
/// 1/255, row by row. Edges are smooth: 16 points a pixel. Uses integer arithmetic, the same on every machine.
std::vector<std::uint8_t> shape_coverage(std::size_t kind, const ShapePlace& place, int size);

}  // namespace normscope::datasets
