// Inner loops of batch norm over an area of pixels, dispatched to the instruction set in use.
#pragma once

#include <cstdint>

namespace normscope::kernels {

/// Numbers per channel that normalize() and its gradient need; each array padded to packed_channels().
/// With is = 1/√(σ² + eps):
struct NormCoefficients {
    const float* mean;           ///< μ rounded to float …
    const float* mean_rest;      ///< … and what the rounding left: a large mean costs no digits
    const float* scale;          ///< γ·is
    const float* shift;          ///< β
    const float* mean_gradient;  ///< dβ/n, the mean of ∂L/∂y; 0 with fixed statistics
    const float* projection;     ///< is·dγ/n; 0 with fixed statistics
};

/// Adds to sums[c] and squares[c], for all pixels, d = x − shift[c] and d². In double, so that any value
/// of the channel is good enough as shift: |shift − μ|² ≤ Σ(x − μ)², hence the variance
/// Σd² − (Σd)²/n loses at most n rounding errors of double. Arrays padded to packed_channels().
void add_moments(const float* x, std::int64_t pixels, std::int64_t channels, const float* shift, double* sums,
                 double* squares);

/// rows × columns pixels of `channels` contiguous values; each tensor has its own step from row to row.
struct NormArea {
    std::int64_t rows;
    std::int64_t columns;
    std::int64_t channels;
    bool relu;  ///< max(y, 0) behind the norm; its mask is computed again in the backward passes
    /// Write results past the caches, which spares reading the memory first; for tensors that do not fit them anyway.
    /// Taken as a wish: only for pixels that begin on a vector.
    bool past_caches = false;
};

/// y = (x − μ)·is·γ + β.
void normalize(const NormArea& area, const NormCoefficients& of, const float* x, std::int64_t x_step, float* y,
               std::int64_t y_step);

/// Adds to sums[c] and products[c], for all pixels, g and g·(x − μ), where g = ∂L/∂y behind the mask.
/// dβ = Σg, dγ = is·Σg·(x − μ).
void add_gradient_sums(const NormArea& area, const NormCoefficients& of, const float* x, std::int64_t x_step,
                       const float* dy, std::int64_t dy_step, double* sums, double* products);

/// dx = γ·is·(g − dβ/n − x̂·dγ/n). In place if dx = dy.
void normalize_backward(const NormArea& area, const NormCoefficients& of, const float* x, std::int64_t x_step,
                        const float* dy, std::int64_t dy_step, float* dx, std::int64_t dx_step);

/// One of the two branches of a residual block: z behind a norm, or without one as it is. Contiguous images.
struct NormBranch {
    const NormCoefficients* norm;  ///< null: the values themselves
    const float* z;
    double* sums;      ///< of add_gradient_sums(); unused without a norm
    double* products;  ///< the same
};

/// y = max(a + b, 0), each branch behind its norm.
void normalize_add_relu(const NormArea& area, const NormBranch& a, const NormBranch& b, float* y);

/// g = ∂L/∂y where y > 0 (or NaN), else 0: the gradient of both branches; and their add_gradient_sums().
void add_relu_backward(const NormArea& area, const NormBranch& a, const NormBranch& b, const float* y, const float* dy,
                       float* g);

}  // namespace normscope::kernels
