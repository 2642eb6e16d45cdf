#include "core/kernels/Correlation.h"
#include "core/kernels/Targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/WeightGradient.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h.
#include "core/kernels/Vectors-inl.h"

#include <array>
#include <utility>

HWY_BEFORE_NAMESPACE();
namespace normscope::kernels::HWY_NAMESPACE {

/// Neighbouring inputs of a kernel row that one tile takes.
constexpr int max_inputs(int vectors) {
    return vectors == 2 ? (vector_registers - 3) / 2 : vector_registers / 2;
}

/// The gradients of `Taps` kernel rows × `Inputs` inputs × `Vectors` vectors of output channels stay in
/// registers while all pixels of the image pass by.
template <int Taps, int Inputs, int Vectors>
void weight_gradient_tile(const WeightGradient& job, const float* x, const float* dy, float* gradient,
                          std::int64_t channels) {
    V sums[Taps * Inputs][Vectors];
    const bool whole = channels == Vectors * lanes;
    HWY_ALIGN float edge[Vectors * lanes] = {};
#pragma GCC unroll 16
    for (int i = 0; i < Taps * Inputs; ++i) {
#pragma GCC unroll 2
        for (int v = 0; v < Vectors; ++v) sums[i][v] = hn::Zero(floats);
    }
    if (job.prefetch) job.prefetch->fetch_some();
    for (std::int64_t row = 0; row < job.rows; ++row) {
        const float* values = x + row * job.x_row_step;
        const float* g = dy + row * job.dy_row_step;
        for (std::int64_t left = job.columns; left > 0; --left, values += job.x_pixel_step, g += job.dy_pixel_step) {
            V of_pixel[Vectors];
#pragma GCC unroll 2
            for (int v = 0; v < Vectors; ++v) of_pixel[v] = hn::LoadU(floats, g + v * lanes);
#pragma GCC unroll 16
            for (int i = 0; i < Taps * Inputs; ++i) {
                const V value = hn::Set(floats, values[i / Inputs * job.tap_step + i % Inputs]);
#pragma GCC unroll 2
                for (int v = 0; v < Vectors; ++v) sums[i][v] = hn::MulAdd(value, of_pixel[v], sums[i][v]);
            }
        }
    }
#pragma GCC unroll 16
    for (int i = 0; i < Taps * Inputs; ++i) {
        float* to = gradient + (i / Inputs * job.run + i % Inputs) * job.channels;
        float* start = whole ? to : edge;
        if (!whole && job.accumulate) std::memcpy(edge, to, static_cast<std::size_t>(channels) * sizeof(float));
#pragma GCC unroll 2
        for (int v = 0; v < Vectors; ++v) {
            const V before = job.accumulate ? hn::LoadU(floats, start + v * lanes) : hn::Zero(floats);
            hn::StoreU(hn::Add(before, sums[i][v]), floats, start + v * lanes);
        }
        if (!whole) std::memcpy(to, edge, static_cast<std::size_t>(channels) * sizeof(float));
    }
}

using WeightGradientTile = void (*)(const WeightGradient&, const float*, const float*, float*, std::int64_t);

template <int Vectors, int... Inputs>
constexpr auto weight_gradient_tiles(std::integer_sequence<int, Inputs...> /*of 0, 1, …*/) {
    return std::array<WeightGradientTile, sizeof...(Inputs)>{&weight_gradient_tile<1, Inputs + 1, Vectors>...};
}

template <int Vectors>
void weight_gradient_block(const WeightGradient& job, const float* x, const float* dy, float* gradient,
                           std::int64_t channels) {
    static constexpr auto tiles =
        weight_gradient_tiles<Vectors>(std::make_integer_sequence<int, max_inputs(Vectors)>{});
    // 3×3 of one channel: three accumulators would wait for each other, all nine don't.
    if (9 * Vectors < vector_registers && job.taps == 3 && job.run == 3) {
        weight_gradient_tile<3, 3, Vectors>(job, x, dy, gradient, channels);
        return;
    }
    const std::int64_t count = (job.run + max_inputs(Vectors) - 1) / max_inputs(Vectors);
    for (std::int64_t tap = 0; tap < job.taps; ++tap) {
        for (std::int64_t tile = 0; tile < count; ++tile) {
            const std::int64_t begin = job.run * tile / count, end = job.run * (tile + 1) / count;
            tiles[static_cast<std::size_t>(end - begin - 1)](
                job, x + tap * job.tap_step + begin, dy, gradient + (tap * job.run + begin) * job.channels, channels);
        }
    }
}

void weight_gradient_all(const WeightGradient& job) {
    for (std::int64_t plane = 0; plane < job.planes; ++plane) {
        const float* x = job.x + plane * job.x_plane_step;
        const float* dy = job.dy + plane * job.dy_plane_step;
        float* gradient = job.gradient + plane * job.gradient_plane_step;
        for (std::int64_t c = 0; c < job.channels;) {
            const std::int64_t left = job.channels - c, width = channel_block(left, lanes);
            if (width == lanes) {
                weight_gradient_block<1>(job, x, dy + c, gradient + c, HWY_MIN(left, lanes));
            } else {
                weight_gradient_block<2>(job, x, dy + c, gradient + c, HWY_MIN(left, 2 * lanes));
            }
            c += width;
        }
    }
}

}  // namespace normscope::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace normscope::kernels {

HWY_EXPORT(weight_gradient_all);

void correlate_weights(const WeightGradient& job) {
    HWY_DYNAMIC_DISPATCH(weight_gradient_all)(job);
}

}  // namespace normscope::kernels
#endif
