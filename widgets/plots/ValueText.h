// Numbers as a reader sees them.
#pragma once

#include <QString>

namespace normscope::widgets {

/// All the digits a float has, and no more; "NaN", "∞", "−∞".
QString exactText(float value);

/// Four significant digits, a minus sign as in print; "NaN", "∞", "−∞".
QString shortText(double value);

}  // namespace normscope::widgets
