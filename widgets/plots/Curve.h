// One line of a plot.
#pragma once

#include "core/telemetry/Indices.h"
#include "widgets/theme/CurveStyle.h"

#include <QString>

namespace normscope::widgets {

/// Which series, what it is called in the legend, what it means.
struct Curve {
    SeriesIndex series;
    QString name;
    Meaning meaning = Meaning::Neutral;
    int variant = 0;      ///< 1, 2, 3: lighter and dashed, for further channels of the same meaning
    bool visible = true;  ///< the legend toggles it
};

}  // namespace normscope::widgets
