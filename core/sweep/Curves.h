// Results of a sweep as lines and heat maps: grouped by settings, pooled over what is left (the seeds).
#pragma once

#include "core/sweep/RunResult.h"
#include "core/sweep/Spread.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace normscope::sweep {

/// The quantity at one value of the x setting.
struct CurvePoint {
    std::string x;             ///< as people write it
    std::optional<double> at;  ///< the same as a number, if it is one
    Spread spread;
    std::size_t finished = 0;
    std::size_t diverged = 0;       ///< of them
    std::vector<std::size_t> runs;  ///< indices in Sweep::runs
};

struct Curve {
    std::string name;  ///< values of the series settings; empty if there are none
    std::vector<CurvePoint> points;
};

/// The curves of a plot that is not over steps, in the order of the axes' values.
std::vector<Curve> curves_of(const Sweep& sweep, const SweepResults& results, const PlotRequest& plot);

/// A plot whose y is set, as rows (by y) of cells (by x).
struct HeatMap {
    std::vector<std::string> x, y;
    std::vector<std::vector<CurvePoint>> rows;
};
HeatMap heat_map_of(const Sweep& sweep, const SweepResults& results, const PlotRequest& plot);

/// A plot over steps: one curve a series, from the runs' measured.csv or history.csv. Steps at which not every run has
/// a value are pooled over those that have one.
std::vector<Curve> histories_of(const Sweep& sweep, const SweepResults& results, const PlotRequest& plot,
                                const std::filesystem::path& folder);

/// One number for each seed among the runs `where` chooses, by the seed: the mean over the seed's runs that have it, or
/// what Quantity::largest makes of them.
std::map<std::uint64_t, double> numbers_by_seed(const Sweep& sweep, const SweepResults& results,
                                                const Quantity& quantity, const Where& where);

/// Plots for a sweep that asks for none: accuracy, gap and loss over its first numeric axis (a heat map over its first
/// two).
std::vector<PlotRequest> default_plots(const Sweep& sweep, const SweepResults& results);

}  // namespace normscope::sweep
