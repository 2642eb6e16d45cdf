// Sums over pixels, channel by channel, in double and in a fixed order.
#pragma once

#include "core/parallel/ThreadPool.h"

#include <array>
#include <cstdint>
#include <vector>

namespace normscope::nn {

/// Part of a range of pixels that a work group works on.
constexpr WorkRange share_of(WorkRange pixels, std::int64_t group) {
    const auto [begin, end] = work_range(pixels.end - pixels.begin, group);
    return {pixels.begin + begin, pixels.begin + end};
}

/// Σ over the pixels of a range of `Count` quantities per channel. `add_pixels(share, sums)` adds the
/// values of a share of them to sums[k][channel]. Each work group sums its share, the groups are merged
/// in order: the result does not depend on the number of threads.
template <std::size_t Count, class AddPixels>
std::array<std::vector<double>, Count> channel_sums(std::int64_t channel_count, WorkRange pixels, ThreadPool& pool,
                                                    AddPixels add_pixels) {
    const auto channels = static_cast<std::size_t>(channel_count);
    using Sums = std::array<std::vector<double>, Count>;
    std::vector<Sums> partial(work_groups);
    pool.run(work_groups, [&](std::int64_t group) {
        std::array<double*, Count> sums;
        for (std::size_t k = 0; k < Count; ++k) {
            partial[group][k].assign(channels, 0.0);
            sums[k] = partial[group][k].data();
        }
        add_pixels(share_of(pixels, group), sums);
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
