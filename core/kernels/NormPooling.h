// Batch norm, rectifier and 2×2 max-pool in one pass, dispatched to the instruction set in use.
#pragma once

#include "core/kernels/Normalization.h"

namespace normscope::kernels {

/// An image of h × w pixels with `channels` contiguous values, rows without gaps. Windows of 2×2 pixels
/// with stride 2; an odd last row or column is in no window. With relu, max(·, 0) lies between norm
/// and pool. Of equal values the first in row order wins, a NaN beats all before it.
struct PoolImage {
    std::int64_t h;
    std::int64_t w;
    std::int64_t channels;
    bool relu;
};

/// y = pool(relu(norm(x))): h/2 rows of w/2 pixels, y_step floats from row to row.
void normalize_pool(const PoolImage& image, const NormCoefficients& of, const float* x, float* y, std::int64_t y_step);

/// add_gradient_sums() with the gradients of the winners; dy is contiguous. Winners are searched again.
void add_pool_gradient_sums(const PoolImage& image, const NormCoefficients& of, const float* x, const float* dy,
                            double* sums, double* products);

/// normalize_backward() behind the pool; dy is contiguous, dx has rows dx_step floats apart.
void normalize_pool_backward(const PoolImage& image, const NormCoefficients& of, const float* x, const float* dy,
                             float* dx, std::int64_t dx_step);

/// Without a norm: y = pool(relu(x)), and dx from dy with the winners searched again.
void max_pool(const PoolImage& image, const float* x, float* y, std::int64_t y_step);
void max_pool_backward(const PoolImage& image, const float* x, const float* dy, float* dx, std::int64_t dx_step);

}  // namespace normscope::kernels
