#include "core/kernels/Normalization.h"

#include "core/kernels/Targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/Normalization.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h.
#include "core/kernels/NormMath-inl.h"

#include <hwy/cache_control.h>

#include <type_traits>

HWY_BEFORE_NAMESPACE();
namespace normscope::kernels::HWY_NAMESPACE {

void add_moments_all(const float* x, std::int64_t pixels, std::int64_t channels, const float* shift, double* sums,
                     double* squares) {
    const std::int64_t tile = pixels_in_cache(channels);
    for (std::int64_t begin = 0; begin < pixels; begin += tile) {
        const std::int64_t end = HWY_MIN(begin + tile, pixels);
        for_each_bundle(channels, [&](std::int64_t c, auto bundle, auto part) {
            constexpr int vectors = decltype(bundle)::value;
            Wide origin[vectors];
            for (int v = 0; v < vectors; ++v) origin[v] = widened(hn::LoadU(floats, shift + c + v * lanes));
            const auto add_pixel = [&](std::int64_t pixel, WideSums(&to)[vectors]) HWY_ATTR {
                for (int v = 0; v < vectors; ++v) {
                    Wide d = load_widened(part, x + pixel * channels + c + v * lanes);
                    for (int i = 0; i < halves; ++i) d.half[i] = hn::Sub(d.half[i], origin[v].half[i]);
                    to[v].add(d, d);
                }
            };
            WideSums even[vectors];
            std::int64_t pixel = begin;
            if constexpr (vectors == 1) {
                // A second chain of additions, so that none waits for the one before.
                WideSums odd[vectors];
                for (; pixel + 2 <= end; pixel += 2) {
                    add_pixel(pixel, even);
                    add_pixel(pixel + 1, odd);
                }
                even[0].add(odd[0]);
            }
            for (; pixel < end; ++pixel) add_pixel(pixel, even);
            for (int v = 0; v < vectors; ++v) even[v].add_to(sums + c + v * lanes, squares + c + v * lanes);
        });
    }
}

/// Where a pass over an area writes its results.
template <bool past_caches, class Part>
HWY_INLINE void store_result(Part part, V value, float* to) {
    if constexpr (past_caches && std::is_same_v<Part, AllLanes>) {
        hn::Stream(value, floats, to);
    } else {
        part.store(value, to);
    }
}

/// Whether the results of an area can be written past the caches.
bool goes_past_caches(const NormArea& area, const float* result, std::int64_t result_step) {
    const auto address = reinterpret_cast<std::uintptr_t>(result) / sizeof(float);
    return area.past_caches && address % lanes == 0 && area.channels % lanes == 0 && result_step % lanes == 0;
}

template <bool relu, bool past_caches>
void normalize_area(const NormArea& area, const NormCoefficients& of, const float* x, std::int64_t x_step, float* y,
                    std::int64_t y_step) {
    for_each_strip(area,
                   [&](std::int64_t row, std::int64_t begin, std::int64_t end, std::int64_t c, auto bundle, auto part) {
                       constexpr int vectors = decltype(bundle)::value;
                       NormLanes norm[vectors];
                       for (int v = 0; v < vectors; ++v) norm[v] = NormLanes(of, c + v * lanes);
                       const float* in = x + row * x_step + c;
                       float* out = y + row * y_step + c;
                       for (std::int64_t i = begin * area.channels; i < end * area.channels; i += area.channels) {
                           for (int v = 0; v < vectors; ++v) {
                               const V value = norm[v].normalized(part.load(in + i + v * lanes));
                               store_result<past_caches>(part, relu ? rectified(value) : value, out + i + v * lanes);
                           }
                       }
                   });
}

void normalize_all(const NormArea& area, const NormCoefficients& of, const float* x, std::int64_t x_step, float* y,
                   std::int64_t y_step) {
    if (goes_past_caches(area, y, y_step)) {
        (area.relu ? normalize_area<true, true> : normalize_area<false, true>)(area, of, x, x_step, y, y_step);
        hwy::FlushStream();
    } else {
        (area.relu ? normalize_area<true, false> : normalize_area<false, false>)(area, of, x, x_step, y, y_step);
    }
}

template <bool relu>
void gradient_sums_of_area(const NormArea& area, const NormCoefficients& of, const float* x, std::int64_t x_step,
                           const float* dy, std::int64_t dy_step, double* sums, double* products) {
    for_each_strip(area,
                   [&](std::int64_t row, std::int64_t begin, std::int64_t end, std::int64_t c, auto bundle, auto part) {
                       constexpr int vectors = decltype(bundle)::value;
                       NormLanes norm[vectors];
                       for (int v = 0; v < vectors; ++v) norm[v] = NormLanes(of, c + v * lanes);
                       const float* in = x + row * x_step + c;
                       const float* gradient = dy + row * dy_step + c;
                       const auto add_pixel = [&](std::int64_t i, ShortSums(&to)[vectors]) HWY_ATTR {
                           for (int v = 0; v < vectors; ++v) {
                               const V d = norm[v].centered(part.load(in + i + v * lanes));
                               const V g = part.load(gradient + i + v * lanes);
                               to[v].add(relu ? unblocked(norm[v].from_centered(d), g) : g, d);
                           }
                       };
                       WideSums total[vectors];
                       for_each_short_run(begin, end, area.channels, add_pixel, total);
                       for (int v = 0; v < vectors; ++v)
                           total[v].add_to(sums + c + v * lanes, products + c + v * lanes);
                   });
}

void gradient_sums_all(const NormArea& area, const NormCoefficients& of, const float* x, std::int64_t x_step,
                       const float* dy, std::int64_t dy_step, double* sums, double* products) {
    (area.relu ? gradient_sums_of_area<true> : gradient_sums_of_area<false>)(area, of, x, x_step, dy, dy_step, sums,
                                                                             products);
}

template <bool relu, bool past_caches>
void backward_of_area(const NormArea& area, const NormCoefficients& of, const float* x, std::int64_t x_step,
                      const float* dy, std::int64_t dy_step, float* dx, std::int64_t dx_step) {
    for_each_strip(area,
                   [&](std::int64_t row, std::int64_t begin, std::int64_t end, std::int64_t c, auto bundle, auto part) {
                       constexpr int vectors = decltype(bundle)::value;
                       NormLanes norm[vectors];
                       V mean_gradient[vectors], projection[vectors];
                       for (int v = 0; v < vectors; ++v) {
                           norm[v] = NormLanes(of, c + v * lanes);
                           mean_gradient[v] = hn::LoadU(floats, of.mean_gradient + c + v * lanes);
                           projection[v] = hn::LoadU(floats, of.projection + c + v * lanes);
                       }
                       const float* in = x + row * x_step + c;
                       const float* gradient = dy + row * dy_step + c;
                       float* out = dx + row * dx_step + c;
                       for (std::int64_t i = begin * area.channels; i < end * area.channels; i += area.channels) {
                           for (int v = 0; v < vectors; ++v) {
                               const V d = norm[v].centered(part.load(in + i + v * lanes));
                               const V g = part.load(gradient + i + v * lanes);
                               const V behind_mask = relu ? unblocked(norm[v].from_centered(d), g) : g;
                               const V inner = hn::NegMulAdd(d, projection[v], hn::Sub(behind_mask, mean_gradient[v]));
                               store_result<past_caches>(part, hn::Mul(norm[v].scale, inner), out + i + v * lanes);
                           }
                       }
                   });
}

void backward_all(const NormArea& area, const NormCoefficients& of, const float* x, std::int64_t x_step,
                  const float* dy, std::int64_t dy_step, float* dx, std::int64_t dx_step) {
    if (goes_past_caches(area, dx, dx_step)) {
        (area.relu ? backward_of_area<true, true> : backward_of_area<false, true>)(area, of, x, x_step, dy, dy_step, dx,
                                                                                   dx_step);
        hwy::FlushStream();
    } else {
        (area.relu ? backward_of_area<true, false> : backward_of_area<false, false>)(area, of, x, x_step, dy, dy_step,
                                                                                     dx, dx_step);
    }
}

}  // namespace normscope::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace normscope::kernels {

HWY_EXPORT(add_moments_all);
HWY_EXPORT(normalize_all);
HWY_EXPORT(gradient_sums_all);
HWY_EXPORT(backward_all);

void add_moments(const float* x, std::int64_t pixels, std::int64_t channels, const float* shift, double* sums,
                 double* squares) {
    HWY_DYNAMIC_DISPATCH(add_moments_all)(x, pixels, channels, shift, sums, squares);
}
void normalize(const NormArea& area, const NormCoefficients& of, const float* x, std::int64_t x_step, float* y,
               std::int64_t y_step) {
    HWY_DYNAMIC_DISPATCH(normalize_all)(area, of, x, x_step, y, y_step);
}
void add_gradient_sums(const NormArea& area, const NormCoefficients& of, const float* x, std::int64_t x_step,
                       const float* dy, std::int64_t dy_step, double* sums, double* products) {
    HWY_DYNAMIC_DISPATCH(gradient_sums_all)(area, of, x, x_step, dy, dy_step, sums, products);
}
void normalize_backward(const NormArea& area, const NormCoefficients& of, const float* x, std::int64_t x_step,
                        const float* dy, std::int64_t dy_step, float* dx, std::int64_t dx_step) {
    HWY_DYNAMIC_DISPATCH(backward_all)(area, of, x, x_step, dy, dy_step, dx, dx_step);
}

}  // namespace normscope::kernels
#endif
