#include "widgets/plots/StepGrid.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace normscope::widgets {

int StepGrid::columnOf(std::int64_t step) const {
    if (step < first || step >= end()) return -1;
    return static_cast<int>((step - first) / width);
}

StepGrid stepGrid(std::int64_t first, std::int64_t last, int mostColumns) {
    if (last < first) return {first, 1, 0};
    const std::int64_t most = std::max(mostColumns, 1);
    StepGrid grid{.first = first, .width = std::max<std::int64_t>(1, (last - first + most) / most), .count = 0};
    for (;; ++grid.width) {
        grid.first = first - (first - 1) % grid.width;
        const std::int64_t columns = (last - grid.first) / grid.width + 1;
        if (columns > most) continue;
        grid.count = static_cast<int>(columns);
        return grid;
    }
}

std::vector<float> resampled(const std::vector<telemetry::SeriesSample>& samples, const StepGrid& grid) {
    const auto count = static_cast<std::size_t>(std::max(grid.count, 0));
    constexpr float unknown = std::numeric_limits<float>::quiet_NaN();
    constexpr float infinite = std::numeric_limits<float>::infinity();
    std::vector<float> lower(count, unknown), upper(count, unknown);
    std::vector<bool> bad(count, false);
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const telemetry::SeriesSample& sample = samples[i];
        // A raw value is of its step alone.
        const bool bucket = sample.minimum != sample.maximum;
        const std::int64_t next = i + 1 < samples.size() ? samples[i + 1].first_step : grid.end();
        const std::int64_t last = bucket ? std::max(sample.first_step, next - 1) : sample.first_step;
        if (last < grid.first || sample.first_step >= grid.end()) continue;
        const int from = grid.columnOf(std::max(sample.first_step, grid.first));
        const int to = grid.columnOf(std::min(last, grid.end() - 1));
        for (auto column = static_cast<std::size_t>(from); column <= static_cast<std::size_t>(to); ++column) {
            lower[column] = std::fmin(lower[column], sample.minimum);  // fmin and fmax pass over NaN
            upper[column] = std::fmax(upper[column], sample.maximum);
            bad[column] = bad[column] || sample.has_non_finite;
        }
    }
    std::vector<float> cells(count);
    for (std::size_t column = 0; column < count; ++column) {
        cells[column] = bad[column] ? infinite : lower[column] + (upper[column] - lower[column]) / 2;
    }
    return cells;
}

}  // namespace normscope::widgets
