// What a plot reads for one of its curves. Pure functions.
#pragma once

#include "core/telemetry/SeriesStore.h"
#include "widgets/plots/Curve.h"

#include <QString>

#include <cstdint>
#include <vector>

namespace normscope::widgets {

/// The store that has the curve's series: its own or else `common`; null if there is none.
const telemetry::SeriesStore* storeOf(const Curve& curve, const telemetry::SeriesStore* common);

/// Samples of the steps first … last with what leads the line into and out of them; of the smoothed curve if it is
/// one. Not reduced to any number of pixels.
std::vector<telemetry::SeriesSample> curveSamples(const Curve& curve, const telemetry::SeriesStore& store,
                                                  std::int64_t first, std::int64_t last);

/// Exponential mean of the samples: after Δ steps a value's weight has fallen to 2^(−Δ / halfLife). It begins with the
/// first value, and anew after one that is not finite, which stays as it is. Of a bucket it takes the middle.
std::vector<telemetry::SeriesSample> smoothed(const std::vector<telemetry::SeriesSample>& samples, double halfLife);

/// log10 of the samples; what is not above 0 has none and is left out.
std::vector<telemetry::SeriesSample> logarithms(const std::vector<telemetry::SeriesSample>& samples);

/// The exact value at a step, or what is known of it.
QString valueText(const Curve& curve, const telemetry::SeriesStore& store, std::int64_t step);

}  // namespace normscope::widgets
