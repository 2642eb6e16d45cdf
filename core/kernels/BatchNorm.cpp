#include "core/kernels/BatchNorm.h"

namespace normscope::kernels {
namespace {

/// The pixels of a work group as one long row.
struct Share {
    NormArea area;
    std::int64_t offset;

    Share(const PixelTensor& shape, bool relu, std::int64_t group) {
        const auto [begin, end] = work_range(shape.pixels, group);
        area = {1, end - begin, shape.channels, relu};
        offset = begin * shape.channels;
    }
};

}  // namespace

std::int64_t batch_moments(const PixelTensor& shape, const float* x, NormChannels& norm, std::span<double> mean,
                           std::span<double> var, ThreadPool& pool) {
    norm.clear_moments();
    pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(shape.pixels, group);
        norm.add_moments(group, x + begin * shape.channels, end - begin);
    });
    return norm.merge_moments(mean, var);
}

void normalize_batch(const PixelTensor& shape, bool relu, const NormChannels& norm, const float* x, float* y,
                     ThreadPool& pool) {
    pool.run(work_groups, [&](std::int64_t group) {
        const Share share(shape, relu, group);
        normalize(share.area, norm.coefficients(), x + share.offset, 0, y + share.offset, 0);
    });
}

void batch_gradient_sums(const PixelTensor& shape, bool relu, NormChannels& norm, const float* x, const float* dy,
                         std::span<double> dgamma, std::span<double> dbeta, ThreadPool& pool) {
    norm.clear_gradients();
    pool.run(work_groups, [&](std::int64_t group) {
        const Share share(shape, relu, group);
        add_gradient_sums(share.area, norm.coefficients(), x + share.offset, 0, dy + share.offset, 0,
                          norm.gradient_sums(group), norm.gradient_products(group));
    });
    norm.merge_gradients(dgamma, dbeta);
}

void normalize_batch_backward(const PixelTensor& shape, bool relu, const NormChannels& norm, const float* x,
                              const float* dy, float* dx, ThreadPool& pool) {
    pool.run(work_groups, [&](std::int64_t group) {
        const Share share(shape, relu, group);
        normalize_backward(share.area, norm.coefficients(), x + share.offset, 0, dy + share.offset, 0,
                           dx + share.offset, 0);
    });
}

void normalize_pool_batch(const PoolImage& image, std::int64_t n, const NormChannels& norm, const float* x, float* y,
                          ThreadPool& pool) {
    const std::int64_t row = image.w / 2 * image.channels;
    pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(n, group);
        for (std::int64_t i = begin; i < end; ++i) {
            normalize_pool(image, norm.coefficients(), x + i * image.h * image.w * image.channels,
                           y + i * (image.h / 2) * row, row);
        }
    });
}

void batch_pool_gradient_sums(const PoolImage& image, std::int64_t n, NormChannels& norm, const float* x,
                              const float* dy, std::span<double> dgamma, std::span<double> dbeta, ThreadPool& pool) {
    norm.clear_gradients();
    pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(n, group);
        for (std::int64_t i = begin; i < end; ++i) {
            add_pool_gradient_sums(image, norm.coefficients(), x + i * image.h * image.w * image.channels,
                                   dy + i * (image.h / 2) * (image.w / 2) * image.channels, norm.gradient_sums(group),
                                   norm.gradient_products(group));
        }
    });
    norm.merge_gradients(dgamma, dbeta);
}

void normalize_pool_batch_backward(const PoolImage& image, std::int64_t n, const NormChannels& norm, const float* x,
                                   const float* dy, float* dx, ThreadPool& pool) {
    const std::int64_t row = image.w * image.channels;
    pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(n, group);
        for (std::int64_t i = begin; i < end; ++i) {
            normalize_pool_backward(image, norm.coefficients(), x + i * image.h * row,
                                    dy + i * (image.h / 2) * (image.w / 2) * image.channels, dx + i * image.h * row,
                                    row);
        }
    });
}

}  // namespace normscope::kernels
