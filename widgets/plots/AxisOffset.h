// Axes whose range is far from zero.
#pragma once

#include <QString>

namespace normscope::widgets {

/// What to subtract from the values of an axis so that its labels stay short and tell ticks apart: 0 while the range is
/// not small against its distance from zero, else a round number within it.
double axisOffset(double lower, double upper);

/// "value − 1000.2"; empty without offset.
QString axisOffsetLabel(double offset);

}  // namespace normscope::widgets
