// Steps cut into columns of equal width, and a series resampled to them. Pure functions.
#pragma once

#include "core/telemetry/SeriesStore.h"

#include <cstdint>
#include <vector>

namespace normscope::widgets {

/// Column i holds the steps first + i·width … first + (i + 1)·width − 1.
struct StepGrid {
    std::int64_t first = 1;
    std::int64_t width = 1;
    int count = 0;

    std::int64_t begin(int column) const { return first + column * width; }
    /// After the last step of the last column.
    std::int64_t end() const { return begin(count); }
    /// −1 if the step is outside.
    int columnOf(std::int64_t step) const;
    bool operator==(const StepGrid&) const = default;
};

/// Covers first … last with at most `mostColumns` columns. They begin at multiples of their width (after step 1), so
/// that a run that grows does not shift what is in them.
StepGrid stepGrid(std::int64_t first, std::int64_t last, int mostColumns);

/// One value a column: the middle between the extrema of what lies in it; infinite if one of them is not finite, NaN
/// if nothing is known there. A sample that stands for several steps fills up to the next one.
std::vector<float> resampled(const std::vector<telemetry::SeriesSample>& samples, const StepGrid& grid);

}  // namespace normscope::widgets
