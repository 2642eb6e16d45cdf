// The application's style sheet, generated from the colours.
#pragma once

#include "widgets/theme/ThemeColors.h"

#include <QString>

namespace normscope::widgets {

/// Quiet standard controls: 1 px borders, radius 6–8, a visible focus ring, no grey boxes. A push button
/// with the dynamic property `primary` is filled, one with `link` is text only. `scale` is Theme::scale().
QString styleSheet(const ThemeColors& colors, qreal scale = 1);

}  // namespace normscope::widgets
