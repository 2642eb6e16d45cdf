#include "core/instruments/ChannelHistogram.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace normscope::instruments {
namespace {

constexpr double tail = 0.0005;
constexpr double air = 0.03;
constexpr double most_ranges = 10;

/// The value that a share of the others lies below. Reorders.
double quantile(std::vector<float>& values, double share) {
    const auto last = static_cast<double>(values.size() - 1);
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(std::floor(share * last + 0.5));
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

/// Distance of neighbouring floats of this size.
double float_spacing(double value) {
    const auto size = static_cast<float>(std::abs(value));
    return static_cast<double>(std::nextafter(size, std::numeric_limits<float>::infinity())) - size;
}

HistogramBins bins_around(double constant, std::int64_t bins) {
    const double half = std::max({0.5 * std::min(1.0, std::abs(constant)), 64 * float_spacing(constant), 1e-6});
    return {constant - half, 2 * half / static_cast<double>(bins), bins};
}

HistogramBins bins_between(double lower, double upper, std::int64_t most) {
    const double finest = float_spacing(std::max(std::abs(lower), std::abs(upper)));
    const double width = (upper - lower) / static_cast<double>(most);
    if (width > 16 * finest) return {lower, width, most};
    // Edges between floats, so that rounding of (value − lower) / width decides nothing.
    const double whole = std::max(1.0, std::ceil(width / finest)) * finest;
    const double begin = std::floor(lower / finest) * finest - finest / 2;
    const auto needed = static_cast<std::int64_t>(std::floor((upper - begin) / whole)) + 1;
    return {begin, whole, std::clamp<std::int64_t>(needed, 1, most + 1)};
}

}  // namespace

HistogramBins bins_for(std::span<const float> values, std::int64_t most_bins, Zeros zeros) {
    const std::int64_t most = std::max<std::int64_t>(most_bins, 1);
    std::vector<float> finite;
    finite.reserve(values.size());
    for (const float value : values) {
        const bool counts = std::isfinite(value) && (value != 0 || zeros == Zeros::counted);
        if (counts) finite.push_back(value);
    }
    if (finite.empty()) return {-0.5, 1.0 / static_cast<double>(most), most};
    const auto [minimum, maximum] = std::ranges::minmax(finite);
    if (minimum == maximum) return bins_around(minimum, most);

    const double first_quarter = quantile(finite, 0.25), third_quarter = quantile(finite, 0.75);
    const double reach = most_ranges * (third_quarter - first_quarter);
    double lower = quantile(finite, tail), upper = quantile(finite, 1 - tail);
    if (reach > 0) {
        lower = std::max(lower, first_quarter - reach);
        upper = std::min(upper, third_quarter + reach);
    }
    if (!(upper > lower)) {
        lower = minimum;
        upper = maximum;
    }
    const double margin = air * (upper - lower);
    return bins_between(std::max<double>(lower - margin, minimum), std::min<double>(upper + margin, maximum), most);
}

ChannelHistogram channel_histogram(std::span<const float> values, const HistogramBins& bins, Zeros zeros) {
    ChannelHistogram result{.bins = bins,
                            .counts = std::vector<std::int64_t>(static_cast<std::size_t>(bins.count)),
                            .values = static_cast<std::int64_t>(values.size()),
                            .left_out_zeros = zeros == Zeros::left_out};
    double sum = 0, smallest = std::numeric_limits<double>::infinity(), largest = -smallest;
    for (const float value : values) {
        if (!std::isfinite(value)) {
            ++(std::isnan(value) ? result.nan : value > 0 ? result.positive_infinite : result.negative_infinite);
            continue;
        }
        sum += value;
        smallest = std::min<double>(smallest, value);
        largest = std::max<double>(largest, value);
        result.zeros += value == 0;
        if (value == 0 && result.left_out_zeros) continue;
        result.below += value < bins.lower;
        result.above += value > bins.upper();
        const double place = std::floor((value - bins.lower) / bins.width);
        ++result.counts[static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(bins.count - 1)))];
    }
    const auto finite = static_cast<double>(result.finite());
    if (finite == 0) return result;
    result.minimum = smallest;
    result.maximum = largest;
    result.mean = sum / finite;
    for (const float value : values) {
        if (std::isfinite(value)) result.var += (value - result.mean) * (value - result.mean);
    }
    result.var /= finite;
    return result;
}

std::vector<double> normal_shares(const HistogramBins& bins, double mean, double var) {
    std::vector<double> shares(static_cast<std::size_t>(bins.count));
    // Φ by whichever tail keeps its digits.
    const auto between = [&](double begin, double end) {
        const double scale = 1 / std::sqrt(2 * var);
        const double a = (begin - mean) * scale, b = (end - mean) * scale;
        return a > 0 ? (std::erfc(a) - std::erfc(b)) / 2 : (std::erfc(-b) - std::erfc(-a)) / 2;
    };
    for (std::int64_t i = 0; i < bins.count; ++i) {
        const double begin = bins.lower + bins.width * static_cast<double>(i);
        if (var > 0) shares[i] = between(begin, begin + bins.width);
        if (var == 0) shares[i] = mean >= begin && mean < begin + bins.width ? 1 : 0;
    }
    return shares;
}

}  // namespace normscope::instruments
