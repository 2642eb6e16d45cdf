// One line of a plot.
#pragma once

#include "core/telemetry/Indices.h"
#include "widgets/theme/CurveStyle.h"

#include <QString>

#include <memory>

namespace normscope::telemetry {
class SeriesStore;
}

namespace normscope::widgets {

class Theme;

/// Which series, what it is called in the legend, what it means.
struct Curve {
    SeriesIndex series;
    QString name;
    Meaning meaning = Meaning::Neutral;
    int variant = 0;      ///< 1, 2, 3: lighter and dashed, for further channels of the same meaning
    bool visible = true;  ///< the legend toggles it
    /// Where the series is; null: in the store of the plot.
    std::shared_ptr<const telemetry::SeriesStore> store = {};
    /// Above 0: not the series itself but its exponential mean, in which a value's weight halves in so many steps.
    double halfLife = 0;
    /// A smoothed curve lies over it: drawn thin and pale.
    bool underSmoothed = false;
};

/// Colour, width and dashes of a curve.
CurveStyle styleOf(const Theme& theme, const Curve& curve);

}  // namespace normscope::widgets
