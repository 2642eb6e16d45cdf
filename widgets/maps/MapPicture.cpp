#include "widgets/maps/MapPicture.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace normscope::widgets {

MapScale scaleOf(const std::vector<std::span<const float>>& maps, ColorMapKind kind) {
    double lower = std::numeric_limits<double>::infinity(), upper = -lower;
    for (const auto& map : maps) {
        for (const float value : map) {
            if (!std::isfinite(value)) continue;
            lower = std::min<double>(lower, value);
            upper = std::max<double>(upper, value);
        }
    }
    if (!(lower <= upper)) return {-1, 1, kind};
    if (kind == ColorMapKind::Diverging) {
        const double reach = std::max(std::abs(lower), std::abs(upper));
        return {-(reach > 0 ? reach : 1), reach > 0 ? reach : 1, kind};
    }
    if (lower == upper) {
        const double half = lower == 0 ? 0.5 : 0.01 * std::abs(lower);
        return {lower - half, upper + half, kind};
    }
    return {lower, upper, kind};
}

QImage mapImage(std::span<const float> values, int width, int height, const MapScale& scale, ColorScheme scheme,
                const QColor& notFinite) {
    const auto colors = colorTable(scale.kind, scheme);
    const double perStep = double(colors.size() - 1) / (scale.upper - scale.lower);
    QImage image(width, height, QImage::Format_RGB32);
    for (int y = 0; y < height; ++y) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(y));
        for (int x = 0; x < width; ++x) {
            const float value = values[std::size_t(y) * std::size_t(width) + std::size_t(x)];
            if (!std::isfinite(value)) {
                line[x] = notFinite.rgb();
                continue;
            }
            const double place = std::clamp((value - scale.lower) * perStep, 0.0, double(colors.size() - 1));
            line[x] = colors[std::size_t(std::lround(place))];
        }
    }
    return image;
}

}  // namespace normscope::widgets
