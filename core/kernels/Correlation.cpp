#include "core/kernels/Correlation.h"

#include "core/kernels/Targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/Correlation.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h.
#include "core/kernels/Vectors-inl.h"

#include <array>
#include <utility>

HWY_BEFORE_NAMESPACE();
namespace normscope::kernels::HWY_NAMESPACE {

/// Pixels a tile, so that pixels × vectors accumulators, the weights and a broadcast fit the registers.
constexpr int max_pixels(int vectors) {
    return vectors == 2 ? (vector_registers - 3) / 2 : vector_registers / 2;
}

/// One tile: `Pixels` neighbouring output pixels × `Vectors` vectors of output channels.
template <int Pixels, int Vectors>
void correlate_tile(const Correlation& job, const float* in, const float* weights, const float* bias, float* out,
                    std::int64_t channels) {
    const bool whole = channels == Vectors * lanes;
    HWY_ALIGN float edge[Vectors * lanes];  // for channels that fill no vector
    V sums[Pixels][Vectors];
#pragma GCC unroll 16
    for (int p = 0; p < Pixels; ++p) {
        const float* start = out + p * job.out_pixel_step;
        if (job.accumulate && !whole) {
            std::memset(edge, 0, sizeof(edge));
            std::memcpy(edge, start, static_cast<std::size_t>(channels) * sizeof(float));
            start = edge;
        }
#pragma GCC unroll 2
        for (int v = 0; v < Vectors; ++v) {
            sums[p][v] = job.accumulate ? hn::LoadU(floats, start + v * lanes)
                         : bias         ? hn::LoadU(floats, bias + v * lanes)
                                        : hn::Zero(floats);
        }
    }

    if (job.prefetch) job.prefetch->fetch_some();
    // Three pixels share a pointer: an address holds a base and a step times 0, 1 or 2.
    constexpr int pointers = (Pixels + 2) / 3;
    const std::int64_t step = job.in_pixel_step;
    for (std::int64_t tap = 0; tap < job.taps; ++tap) {
        const float* x[pointers];
#pragma GCC unroll 16
        for (int i = 0; i < pointers; ++i) x[i] = in + tap * job.tap_step + 3 * i * step;
        for (std::int64_t left = job.run; left > 0; --left, weights += Vectors * lanes) {
            V w[Vectors];
#pragma GCC unroll 2
            for (int v = 0; v < Vectors; ++v) w[v] = hn::LoadU(floats, weights + v * lanes);
#pragma GCC unroll 16
            for (int p = 0; p < Pixels; ++p) {
                const V value = hn::Set(floats, x[p / 3][(p % 3) * step]);
#pragma GCC unroll 2
                for (int v = 0; v < Vectors; ++v) sums[p][v] = hn::MulAdd(value, w[v], sums[p][v]);
            }
#pragma GCC unroll 16
            for (int i = 0; i < pointers; ++i) ++x[i];
        }
    }

#pragma GCC unroll 16
    for (int p = 0; p < Pixels; ++p) {
        float* to = whole ? out + p * job.out_pixel_step : edge;
#pragma GCC unroll 2
        for (int v = 0; v < Vectors; ++v) hn::StoreU(sums[p][v], floats, to + v * lanes);
        if (!whole) {
            std::memcpy(out + p * job.out_pixel_step, edge, static_cast<std::size_t>(channels) * sizeof(float));
        }
    }
}

using CorrelateTile = void (*)(const Correlation&, const float*, const float*, const float*, float*, std::int64_t);

/// Tiles of 1 … max_pixels(Vectors) pixels.
template <int Vectors, int... Pixels>
constexpr auto correlate_tiles(std::integer_sequence<int, Pixels...> /*of 0, 1, …*/) {
    return std::array<CorrelateTile, sizeof...(Pixels)>{&correlate_tile<Pixels + 1, Vectors>...};
}

template <int Vectors>
void correlate_block(const Correlation& job, const float* weights, const float* bias, float* out,
                     std::int64_t channels) {
    static constexpr auto tiles = correlate_tiles<Vectors>(std::make_integer_sequence<int, max_pixels(Vectors)>{});
    // Tiles of almost equal width: 32 columns are 11 + 11 + 10 rather than 14 + 14 + 4.
    const std::int64_t count = (job.columns + max_pixels(Vectors) - 1) / max_pixels(Vectors);
    for (std::int64_t row = 0; row < job.rows; ++row) {
        for (std::int64_t tile = 0; tile < count; ++tile) {
            const std::int64_t begin = job.columns * tile / count, end = job.columns * (tile + 1) / count;
            tiles[static_cast<std::size_t>(end - begin - 1)](
                job, job.in + row * job.in_row_step + begin * job.in_pixel_step, weights + row * job.weights_row_step,
                bias, out + row * job.out_row_step + begin * job.out_pixel_step, channels);
        }
    }
}

void correlate_all(const Correlation& job) {
    const std::int64_t weight_rows = job.taps * job.run;
    for (std::int64_t c = 0; c < job.channels;) {
        const std::int64_t left = job.channels - c, width = channel_block(left, lanes);
        const float* bias = job.bias ? job.bias + c : nullptr;
        if (width == lanes) {
            correlate_block<1>(job, job.weights + weight_rows * c, bias, job.out + c, HWY_MIN(left, lanes));
        } else {
            correlate_block<2>(job, job.weights + weight_rows * c, bias, job.out + c, HWY_MIN(left, 2 * lanes));
        }
        c += width;
    }
}

std::int64_t lane_count() {
    return lanes;
}

}  // namespace normscope::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace normscope::kernels {

HWY_EXPORT(correlate_all);
HWY_EXPORT(lane_count);

void correlate(const Correlation& job) {
    HWY_DYNAMIC_DISPATCH(correlate_all)(job);
}

std::int64_t vector_lanes() {
    return HWY_DYNAMIC_DISPATCH(lane_count)();
}

void pack_weights(const WeightRows& source, std::int64_t first_row, std::int64_t total_rows, std::int64_t channels,
                  float* packed) {
    const std::int64_t lanes = vector_lanes();
    for (std::int64_t c = 0; c < channels;) {
        const std::int64_t width = channel_block(channels - c, lanes);
        float* to = packed + total_rows * c + first_row * width;
        for (std::int64_t row = 0; row < source.rows; ++row, to += width) {
            const float* from = source.first + row * source.row_step + c * source.channel_step;
            for (std::int64_t i = 0; i < width; ++i) to[i] = c + i < channels ? from[i * source.channel_step] : 0.0F;
        }
        c += width;
    }
}

}  // namespace normscope::kernels
#endif
