// Mean and spread of a handful of numbers.
#pragma once

#include <cstddef>
#include <span>

namespace normscope::sweep {

/// Of the values that there are; all NaN if there are none.
struct Spread {
    std::size_t count = 0;
    double mean = 0;
    double minimum = 0;
    double maximum = 0;
    double deviation = 0;  ///< √(Σ(x − mean)²/(n − 1)); 0 for a single value

    /// Half the width of the 95 % interval of the mean by Student's t; infinite for fewer than two values.
    double half_interval() const;
};

Spread spread_of(std::span<const double> values);

}  // namespace normscope::sweep
