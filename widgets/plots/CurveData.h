// From samples of a series to the points of a line. Pure functions.
#pragma once

#include "core/telemetry/SeriesStore.h"
#include "widgets/plots/AxisRanges.h"

#include <QPointF>

#include <optional>
#include <vector>

namespace normscope::widgets {

/// What a plot draws of one series; x is the step.
struct CurveData {
    std::vector<QPointF> line;          ///< in order of x; y is NaN where the line has a gap
    std::vector<QPointF> dots;          ///< points that would be invisible or lost in a line
    std::vector<double> nonFinite;      ///< steps with a NaN or infinite value
    std::optional<ValueRange> extrema;  ///< of the finite values inside the visible steps
};

/// At most two points (minimum and maximum) for each of `pixels` columns of the visible steps; extrema are
/// never lost. A few points of a sparse series, and any finite value between gaps, are dots too.
CurveData curveData(const std::vector<telemetry::SeriesSample>& samples, const ValueRange& visibleSteps, int pixels,
                    bool sparse);

}  // namespace normscope::widgets
