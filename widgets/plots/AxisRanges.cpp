#include "widgets/plots/AxisRanges.h"

#include <algorithm>
#include <cmath>

namespace normscope::widgets {

double followEnd(std::int64_t lastStep) {
    const double last = std::max(double(lastStep), 10.0);
    const double unit = std::pow(10.0, std::floor(std::log10(last) + 1e-12));
    for (const double factor : {1.0, 1.2, 1.6, 2.0, 2.4, 3.0, 4.0, 5.0, 6.0, 8.0}) {
        if (unit * factor >= last - 1e-9) return std::round(unit * factor);
    }
    return unit * 10;
}

ValueRange calmRange(const std::optional<ValueRange>& previous, const ValueRange& data) {
    if (data.lower == 0 && data.upper == 0) return {-0.1, 1};  // nothing but zero: there is no scale to find
    // A constant still needs a height.
    const double smallest = std::max(1e-12, 1e-3 * std::max(std::abs(data.lower), std::abs(data.upper)));
    const double span = std::max(data.size(), smallest);
    const double middle = (data.lower + data.upper) / 2;
    const bool fits = previous && data.lower >= previous->lower && data.upper <= previous->upper;
    if (fits && span >= 0.5 * previous->size()) return *previous;
    const double air = 0.08 * span;
    return {std::min(data.lower, middle - span / 2) - air, std::max(data.upper, middle + span / 2) + air};
}

ValueRange insideSteps(ValueRange wanted, double end, double smallest) {
    const double span = std::clamp(wanted.size(), std::min(smallest, end), end);
    const double middle = (wanted.lower + wanted.upper) / 2;
    const double lower = std::clamp(middle - span / 2, 0.0, end - span);
    return {lower, lower + span};
}

}  // namespace normscope::widgets
