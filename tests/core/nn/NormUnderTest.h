// A norm layer to test, and batch statistics in the plainest way.
#pragma once

#include "core/nn/BatchNorm2d.h"
#include "tests/core/nn/LayerUnderTest.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <vector>

namespace normscope::testing {

template <class S>
LayerUnderTest<S, nn::BatchNorm2d<S>> norm(const typename nn::BatchNorm2d<S>::Options& options, int threads = 1) {
    return LayerUnderTest<S, nn::BatchNorm2d<S>>(std::make_unique<nn::BatchNorm2d<S>>(options), threads);
}

/// Of one channel, computed in long double.
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

/// Largest |a − b|.
inline double distance(std::span<const double> a, std::span<const double> b) {
    double largest = a.size() == b.size() ? 0 : INFINITY;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
    return largest;
}

inline bool is_close(double a, double b, double tolerance = 1e-6) {
    return std::abs(a - b) <= tolerance * std::max(1.0, std::abs(b));
}

inline std::vector<float> copy_of(std::span<const float> values) {
    return {values.begin(), values.end()};
}

}  // namespace normscope::testing
