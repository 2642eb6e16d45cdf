#include "widgets/theme/ColorMap.h"

#include <algorithm>

namespace normscope::widgets {

std::vector<QColor> colorStops(ColorMapKind kind, ColorScheme scheme) {
    // Viridis by Smith, van der Walt and Firing (matplotlib, CC0).
    if (kind == ColorMapKind::Sequential) {
        return {QColor(0x440154), QColor(0x482878), QColor(0x3E4A89), QColor(0x31688E), QColor(0x26828E),
                QColor(0x1F9E89), QColor(0x35B779), QColor(0x6DCD59), QColor(0xB4DE2C), QColor(0xFDE725)};
    }
    if (scheme == ColorScheme::Light) {
        return {QColor(0x7A4300), QColor(0xB86A00), QColor(0xE8A23A), QColor(0xF8DDB0), QColor(0xF4F5F7),
                QColor(0xBBDDF2), QColor(0x5FACDB), QColor(0x0072B2), QColor(0x043F66)};
    }
    return {QColor(0xFFD797), QColor(0xF0A431), QColor(0xA96D14), QColor(0x5C421C), QColor(0x2A303A),
            QColor(0x1D4A66), QColor(0x2C7FB0), QColor(0x56B4E9), QColor(0xBFE4FA)};
}

std::array<QRgb, 256> colorTable(ColorMapKind kind, ColorScheme scheme) {
    const std::vector<QColor> stops = colorStops(kind, scheme);
    std::array<QRgb, 256> table{};
    for (std::size_t i = 0; i < table.size(); ++i) {
        const qreal position = qreal(i) / 255 * qreal(stops.size() - 1);
        const auto below = std::min(std::size_t(position), stops.size() - 2);
        table[i] = mixed(stops[below], stops[below + 1], position - qreal(below)).rgb();
    }
    return table;
}

}  // namespace normscope::widgets
