#include "core/kernels/BatchNorm.h"

namespace normscope::kernels {
namespace {

/// visit(group, image) for all images, on all threads.
template <class Visit>
void for_each_image(std::int64_t n, ThreadPool& pool, const Visit& visit) {
    pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(n, group);
        for (std::int64_t image = begin; image < end; ++image) visit(group, image);
    });
}

/// From so many values on, nobody finds a result in the caches any more.
constexpr std::int64_t beyond_caches = std::int64_t{4} << 20;

/// An image as one long row.
NormArea area_of(const ImageTensor& shape, bool relu) {
    return {1, shape.pixels, shape.channels, relu, shape.n * shape.pixels * shape.channels >= beyond_caches};
}

/// Offsets of images in front of and behind a 2×2 pool.
struct PoolOffsets {
    std::int64_t in, out;
    PoolOffsets(const PoolImage& image, std::int64_t n)
        : in(n * image.h * image.w * image.channels), out(n * (image.h / 2) * (image.w / 2) * image.channels) {}
};

}  // namespace

void sum_moments(const ImageTensor& shape, const float* x, NormChannels& norm, ThreadPool& pool) {
    norm.clear_moments();
    for_each_image(shape.n, pool, [&](std::int64_t group, std::int64_t image) {
        norm.add_moments(group, x + image * shape.pixels * shape.channels, shape.pixels);
    });
}

void normalize_batch(const ImageTensor& shape, bool relu, const NormChannels& norm, const float* x, float* y,
                     ThreadPool& pool) {
    for_each_image(shape.n, pool, [&](std::int64_t, std::int64_t image) {
        const std::int64_t at = image * shape.pixels * shape.channels;
        normalize(area_of(shape, relu), norm.coefficients(), x + at, 0, y + at, 0);
    });
}

void sum_gradients(const ImageTensor& shape, bool relu, NormChannels& norm, const float* x, const float* dy,
                   ThreadPool& pool) {
    norm.clear_gradients();
    for_each_image(shape.n, pool, [&](std::int64_t group, std::int64_t image) {
        const std::int64_t at = image * shape.pixels * shape.channels;
        add_gradient_sums(area_of(shape, relu), norm.coefficients(), x + at, 0, dy + at, 0, norm.gradient_sums(group),
                          norm.gradient_products(group));
    });
}

void normalize_batch_backward(const ImageTensor& shape, bool relu, const NormChannels& norm, const float* x,
                              const float* dy, float* dx, ThreadPool& pool) {
    for_each_image(shape.n, pool, [&](std::int64_t, std::int64_t image) {
        const std::int64_t at = image * shape.pixels * shape.channels;
        normalize_backward(area_of(shape, relu), norm.coefficients(), x + at, 0, dy + at, 0, dx + at, 0);
    });
}

void normalize_pool_batch(const PoolImage& image, std::int64_t n, const NormChannels& norm, const float* x, float* y,
                          ThreadPool& pool) {
    for_each_image(n, pool, [&](std::int64_t, std::int64_t i) {
        const PoolOffsets at(image, i);
        normalize_pool(image, norm.coefficients(), x + at.in, y + at.out, image.w / 2 * image.channels);
    });
}

void sum_pool_gradients(const PoolImage& image, std::int64_t n, NormChannels& norm, const float* x, const float* dy,
                        ThreadPool& pool) {
    norm.clear_gradients();
    for_each_image(n, pool, [&](std::int64_t group, std::int64_t i) {
        const PoolOffsets at(image, i);
        add_pool_gradient_sums(image, norm.coefficients(), x + at.in, dy + at.out, norm.gradient_sums(group),
                               norm.gradient_products(group));
    });
}

void normalize_pool_batch_backward(const PoolImage& image, std::int64_t n, const NormChannels& norm, const float* x,
                                   const float* dy, float* dx, ThreadPool& pool) {
    for_each_image(n, pool, [&](std::int64_t, std::int64_t i) {
        const PoolOffsets at(image, i);
        normalize_pool_backward(image, norm.coefficients(), x + at.in, dy + at.out, dx + at.in,
                                image.w * image.channels);
    });
}

}  // namespace normscope::kernels
