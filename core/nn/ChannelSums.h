// Sums over all pixels of a batch, channel by channel, in double and in a fixed order.
#pragma once

#include "core/parallel/ThreadPool.h"
#include "core/tensor/Shape.h"

#include <array>
#include <vector>

namespace normscope::nn {

/// Σ over all pixels of `Count` quantities per channel. `add_pixel(pixel, sums)` adds pixel's values
/// to sums[k][channel]. Each work group sums its share of the pixels, the groups are merged in order:
/// the result does not depend on the number of threads.
template <std::size_t Count, class AddPixel>
std::array<std::vector<double>, Count> channel_sums(const Shape& shape, ThreadPool& pool, AddPixel add_pixel) {
    const auto channels = static_cast<std::size_t>(shape.c);
    using Sums = std::array<std::vector<double>, Count>;
    std::vector<Sums> partial(work_groups);
    pool.run(work_groups, [&](std::int64_t group) {
        std::array<double*, Count> sums;
        for (std::size_t k = 0; k < Count; ++k) {
            partial[group][k].assign(channels, 0.0);
            sums[k] = partial[group][k].data();
        }
        const auto [begin, end] = work_range(shape.pixels(), group);
        for (std::int64_t pixel = begin; pixel < end; ++pixel) add_pixel(pixel, sums);
    });
    Sums total = std::move(partial[0]);
    for (std::size_t group = 1; group < partial.size(); ++group) {
        for (std::size_t k = 0; k < Count; ++k) {
            for (std::size_t c = 0; c < channels; ++c) total[k][c] += partial[group][k][c];
        }
    }
    return total;
}

}  // namespace normscope::nn
