#include "core/sweep/Spread.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace normscope::sweep {
namespace {

/// 97.5 % quantiles of Student's t for 1, 2, … degrees of freedom (any statistics table).
constexpr std::array quantiles{12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
                               2.201,  2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
                               2.080,  2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};
constexpr double normal_quantile = 1.960;

}  // namespace

double Spread::half_interval() const {
    if (count < 2) return std::numeric_limits<double>::infinity();
    const std::size_t freedom = count - 1;
    const double quantile = freedom <= quantiles.size() ? quantiles[freedom - 1] : normal_quantile;
    return quantile * deviation / std::sqrt(static_cast<double>(count));
}

Spread spread_of(std::span<const double> values) {
    if (values.empty()) {
        constexpr double none = std::numeric_limits<double>::quiet_NaN();
        return {.count = 0, .mean = none, .minimum = none, .maximum = none, .deviation = none};
    }
    const auto [low, high] = std::ranges::minmax_element(values);
    const auto count = static_cast<double>(values.size());
    double sum = 0;
    for (const double value : values) sum += value;
    Spread spread{.count = values.size(), .mean = sum / count, .minimum = *low, .maximum = *high};
    double squares = 0;
    for (const double value : values) squares += (value - spread.mean) * (value - spread.mean);
    if (values.size() > 1) spread.deviation = std::sqrt(squares / (count - 1));
    return spread;
}

}  // namespace normscope::sweep
