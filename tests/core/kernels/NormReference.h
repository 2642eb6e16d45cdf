// Batch norm, rectifier and 2×2 max-pool by their definitions, in double.
#pragma once

#include "core/tensor/Shape.h"

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace normscope::testing {

struct NormResult {
    std::vector<double> mean, var;
    std::vector<double> y;  ///< behind norm, rectifier and pool
    std::vector<double> dgamma, dbeta, dx;
};

struct NormOptions {
    bool relu = false;
    bool pool = false;
    bool fixed_statistics = false;  ///< backward of eval mode, with the batch's statistics all the same
};

/// Offset of the winner of every 2×2 window, as nn::MaxPool2d has it.
inline std::vector<std::int64_t> winners(const Shape& shape, std::span<const double> values) {
    std::vector<std::int64_t> result;
    for (std::int64_t window = 0; window < shape.n * (shape.h / 2) * (shape.w / 2); ++window) {
        const std::int64_t column = window % (shape.w / 2), rows = window / (shape.w / 2);
        const std::int64_t corner =
            ((rows / (shape.h / 2) * shape.h + rows % (shape.h / 2) * 2) * shape.w + column * 2) * shape.c;
        for (std::int64_t c = 0; c < shape.c; ++c) {
            std::int64_t best = corner + c;
            for (const std::int64_t offset : {shape.c, shape.w * shape.c, (shape.w + 1) * shape.c}) {
                const double value = values[corner + offset + c];
                if (value > values[best] || std::isnan(value)) best = corner + offset + c;
            }
            result.push_back(best);
        }
    }
    return result;
}

/// dy has the shape of y.
inline NormResult norm_reference(const Shape& shape, const NormOptions& options, std::span<const float> x,
                                 std::span<const float> gamma, std::span<const float> beta, double eps,
                                 std::span<const float> dy) {
    const auto channels = static_cast<std::size_t>(shape.c);
    const auto n = static_cast<double>(shape.pixels());
    NormResult result{std::vector(channels, 0.0), std::vector(channels, 0.0), {},
                      std::vector(channels, 0.0), std::vector(channels, 0.0), std::vector(x.size(), 0.0)};
    for (std::size_t i = 0; i < x.size(); ++i) result.mean[i % channels] += x[i] / n;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double d = x[i] - result.mean[i % channels];
        result.var[i % channels] += d * d / n;
    }
    std::vector<double> x_hat(x.size()), y(x.size()), g(x.size(), 0.0);
    for (std::size_t i = 0; i < x.size(); ++i) {
        const std::size_t c = i % channels;
        x_hat[i] = (x[i] - result.mean[c]) / std::sqrt(result.var[c] + eps);
        y[i] = x_hat[i] * gamma[c] + beta[c];
        if (options.relu) y[i] = y[i] <= 0 ? 0 : y[i];
    }
    if (options.pool) {
        const auto chosen = winners(shape, y);
        for (std::size_t i = 0; i < chosen.size(); ++i) {
            result.y.push_back(y[chosen[i]]);
            g[chosen[i]] += dy[i];
        }
    } else {
        result.y = y;
        g.assign(dy.begin(), dy.end());
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (options.relu && y[i] <= 0) g[i] = 0;
        result.dbeta[i % channels] += g[i];
        result.dgamma[i % channels] += g[i] * x_hat[i];
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
        const std::size_t c = i % channels;
        const double scale = gamma[c] / std::sqrt(result.var[c] + eps);
        const double subtracted = options.fixed_statistics ? 0 : result.dbeta[c] / n + x_hat[i] * result.dgamma[c] / n;
        result.dx[i] = scale * (g[i] - subtracted);
    }
    return result;
}

}  // namespace normscope::testing
