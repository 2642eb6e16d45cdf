// Batch norm of a whole batch, on all threads.
#pragma once

#include "core/kernels/NormChannels.h"
#include "core/kernels/NormPooling.h"

namespace normscope::kernels {

/// A contiguous tensor of n images with `pixels` pixels of `channels` values: (N, H·W, C). Images belong
/// to work groups, as they do for convolutions.
struct ImageTensor {
    std::int64_t n;
    std::int64_t pixels;
    std::int64_t channels;
};

/// The sums that mean and variance are made of by NormChannels::merge_moments().
void sum_moments(const ImageTensor& shape, const float* x, NormChannels& norm, ThreadPool& pool);

/// y = norm(x), with max(·, 0) behind it if `relu`.
void normalize_batch(const ImageTensor& shape, bool relu, const NormChannels& norm, const float* x, float* y,
                     ThreadPool& pool);

/// The sums that dγ and dβ are made of by NormChannels::merge_gradients(); x is the norm's input, dy = ∂L/∂y behind the
/// rectifier if there is one.
void sum_gradients(const ImageTensor& shape, bool relu, NormChannels& norm, const float* x, const float* dy,
                   ThreadPool& pool);

/// dx, after NormChannels::set_gradient_means(). In place if dx = dy.
void normalize_batch_backward(const ImageTensor& shape, bool relu, const NormChannels& norm, const float* x,
                              const float* dy, float* dx, ThreadPool& pool);

/// The same with a 2×2 max-pool behind: n images of x (n, h, w, C), y and dy (n, h/2, w/2, C).
void normalize_pool_batch(const PoolImage& image, std::int64_t n, const NormChannels& norm, const float* x, float* y,
                          ThreadPool& pool);
void sum_pool_gradients(const PoolImage& image, std::int64_t n, NormChannels& norm, const float* x, const float* dy,
                        ThreadPool& pool);
void normalize_pool_batch_backward(const PoolImage& image, std::int64_t n, const NormChannels& norm, const float* x,
                                   const float* dy, float* dx, ThreadPool& pool);

}  // namespace normscope::kernels
