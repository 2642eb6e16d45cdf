// Ranges that follow growing data without jittering. Pure functions.
#pragma once

#include <cstdint>
#include <optional>

namespace normscope::widgets {

struct ValueRange {
    double lower = 0;
    double upper = 1;
    double size() const { return upper - lower; }
    bool operator==(const ValueRange&) const = default;
};

/// End of a step axis that shows everything up to `lastStep`: the next number out of 1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8
/// × 10ⁿ.
double followEnd(std::int64_t lastStep);

/// A range around `data` with some air. Keeps `previous` while the data fit in it and fill at least half of it.
ValueRange calmRange(const std::optional<ValueRange>& previous, const ValueRange& data);

/// `wanted` moved and shrunk into [0, end], at least `smallest` wide.
ValueRange insideSteps(ValueRange wanted, double end, double smallest);

}  // namespace normscope::widgets
