// Colours for values: heat maps and their scales.
#pragma once

#include "widgets/theme/ThemeColors.h"

#include <QColor>

#include <array>
#include <vector>

namespace normscope::widgets {

enum class ColorMapKind {
    Sequential,  ///< viridis: lightness grows with the value, for all kinds of colour vision
    Diverging,   ///< orange below, quiet around the middle, blue above: the colours of batch and running
};

/// Equally spaced, from the least value to the greatest; in between the colours mix evenly.
std::vector<QColor> colorStops(ColorMapKind kind, ColorScheme scheme);

/// The map in 256 steps.
std::array<QRgb, 256> colorTable(ColorMapKind kind, ColorScheme scheme);

}  // namespace normscope::widgets
