// Batch norm of a whole batch, on all threads.
#pragma once

#include "core/kernels/NormChannels.h"
#include "core/kernels/NormPooling.h"

namespace normscope::kernels {

/// Contiguous pixels × channels values, (N, H, W, C) in memory.
struct PixelTensor {
    std::int64_t pixels;
    std::int64_t channels;
};

/// Mean and biased variance per channel; returns the number of pixels. See NormChannels::merge_moments().
std::int64_t batch_moments(const PixelTensor& shape, const float* x, NormChannels& norm, std::span<double> mean,
                           std::span<double> var, ThreadPool& pool);

/// y = norm(x), with max(·, 0) behind it if `relu`.
void normalize_batch(const PixelTensor& shape, bool relu, const NormChannels& norm, const float* x, float* y,
                     ThreadPool& pool);

/// dγ and dβ; x is the norm's input, dy = ∂L/∂y behind the rectifier if there is one.
void batch_gradient_sums(const PixelTensor& shape, bool relu, NormChannels& norm, const float* x, const float* dy,
                         std::span<double> dgamma, std::span<double> dbeta, ThreadPool& pool);

/// dx, after NormChannels::set_gradient_means(). In place if dx = dy.
void normalize_batch_backward(const PixelTensor& shape, bool relu, const NormChannels& norm, const float* x,
                              const float* dy, float* dx, ThreadPool& pool);

/// The same with a 2×2 max-pool behind: n images of x (n, h, w, C), y and dy (n, h/2, w/2, C).
void normalize_pool_batch(const PoolImage& image, std::int64_t n, const NormChannels& norm, const float* x, float* y,
                          ThreadPool& pool);
void batch_pool_gradient_sums(const PoolImage& image, std::int64_t n, NormChannels& norm, const float* x,
                              const float* dy, std::span<double> dgamma, std::span<double> dbeta, ThreadPool& pool);
void normalize_pool_batch_backward(const PoolImage& image, std::int64_t n, const NormChannels& norm, const float* x,
                                   const float* dy, float* dx, ThreadPool& pool);

}  // namespace normscope::kernels
