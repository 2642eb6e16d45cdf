// Batch statistics in the plainest way, in long double.
#pragma once

#include <cmath>
#include <span>
#include <vector>

namespace normscope::testing {

struct Moments {
    double mean = 0;
    double biased_var = 0;    ///< Σ(x − μ)²/n
    double unbiased_var = 0;  ///< Σ(x − μ)²/(n − 1)
};

inline Moments moments_of(std::span<const double> values) {
    long double sum = 0, squares = 0;
    for (const double value : values) sum += value;
    const auto n = static_cast<long double>(values.size());
    const long double mean = sum / n;
    for (const double value : values) squares += (value - mean) * (value - mean);
    return {static_cast<double>(mean), static_cast<double>(squares / n), static_cast<double>(squares / (n - 1))};
}

/// (x − mean)/√(var + eps)·weight + bias
inline std::vector<double> normalized(std::span<const double> values, double mean, double var, double eps,
                                      double weight, double bias) {
    std::vector<double> result;
    for (const double value : values) result.push_back((value - mean) / std::sqrt(var + eps) * weight + bias);
    return result;
}

}  // namespace normscope::testing
