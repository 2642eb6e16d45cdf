// A map of values as a picture.
#pragma once

#include "widgets/theme/ColorMap.h"

#include <QImage>

#include <span>
#include <vector>

namespace normscope::widgets {

/// Which colours stand for which values.
struct MapScale {
    double lower = 0;
    double upper = 1;
    ColorMapKind kind = ColorMapKind::Sequential;
    friend bool operator==(const MapScale&, const MapScale&) = default;
};

/// From the least to the greatest finite value (Sequential), or as far from 0 in both directions (Diverging, so that
/// 0 has the quiet colour in the middle). Never of no width.
MapScale scaleOf(const std::vector<std::span<const float>>& maps, ColorMapKind kind);

/// One pixel a value; values beyond the scale get its end, values that are not finite `notFinite`. `values` are
/// `height` rows of `width`.
QImage mapImage(std::span<const float> values, int width, int height, const MapScale& scale, ColorScheme scheme,
                const QColor& notFinite);

}  // namespace normscope::widgets
