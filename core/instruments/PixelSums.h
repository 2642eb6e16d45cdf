// Sums over all pixels of a batch, channel by channel.
#pragma once

#include "core/nn/ChannelSums.h"
#include "core/tensor/Shape.h"

#include <array>
#include <vector>

namespace normscope::instruments {

/// Σ over all N·H·W pixels of `Count` quantities per channel, in double: `add_pixel(pixel, sums)` adds one pixel's
/// values to sums[k][channel]. The same bits for any number of threads.
template <std::size_t Count, class AddPixel>
std::array<std::vector<double>, Count> sum_pixels(const Shape& shape, ThreadPool& pool, AddPixel add_pixel) {
    return nn::channel_sums<Count>(shape.c, {0, shape.pixels()}, pool, [&](WorkRange share, const auto& sums) {
        for (std::int64_t pixel = share.begin; pixel < share.end; ++pixel) add_pixel(pixel, sums);
    });
}

}  // namespace normscope::instruments
