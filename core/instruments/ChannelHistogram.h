// How often values lie where.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace normscope::instruments {

/// `count` bins of equal width from `lower` on.
struct HistogramBins {
    double lower = 0;
    double width = 1;
    std::int64_t count = 1;

    double upper() const { return lower + width * static_cast<double>(count); }
    friend bool operator==(const HistogramBins&, const HistogramBins&) = default;
};

/// Values by bin. Values outside the bins count in the first and the last one, which `below` and `above` tell apart;
/// what is not finite counts in none.
struct ChannelHistogram {
    HistogramBins bins;
    std::vector<std::int64_t> counts;
    std::int64_t values = 0;  ///< all of them
    std::int64_t below = 0;   ///< of the first bin: < bins.lower
    std::int64_t above = 0;   ///< of the last bin: > bins.upper()
    std::int64_t zeros = 0;   ///< exactly 0; in a bin unless left out
    bool left_out_zeros = false;
    std::int64_t nan = 0;
    std::int64_t positive_infinite = 0;
    std::int64_t negative_infinite = 0;
    // Of the finite values, zeros included; 0 if there are none.
    double minimum = 0;
    double maximum = 0;
    double mean = 0;
    double var = 0;  ///< biased

    std::int64_t finite() const { return values - nan - positive_infinite - negative_infinite; }
    double share_of_zeros() const { return values > 0 ? static_cast<double>(zeros) / static_cast<double>(values) : 0; }
};

/// Whether values that are exactly 0 get a bin: behind a ReLU they would dwarf all others.
enum class Zeros { counted, left_out };

/// Bins that show the shape of the values, whatever their mean: from the 0.05 % to the 99.95 % quantile with some air,
/// at most 10 interquartile ranges off the quartiles, at most from minimum to maximum. Where floats are so large that
/// a bin would be finer than they are, bins are whole numbers of floats wide, so that none stays empty for rounding
/// alone. A constant gets bins around it.
HistogramBins bins_for(std::span<const float> values, std::int64_t most_bins, Zeros zeros = Zeros::counted);

ChannelHistogram channel_histogram(std::span<const float> values, const HistogramBins& bins,
                                   Zeros zeros = Zeros::counted);

/// Share of a normal distribution that lies in each bin, the tails left out: what a histogram of such values would
/// show. A variance of 0 puts all into the bin of the mean.
std::vector<double> normal_shares(const HistogramBins& bins, double mean, double var);

}  // namespace normscope::instruments
