#include "core/kernels/Normalization.h"

#include "core/kernels/Targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/Normalization.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h.
#include "core/kernels/NormMath-inl.h"

HWY_BEFORE_NAMESPACE();
namespace normscope::kernels::HWY_NAMESPACE {

void add_moments_all(const float* x, std::int64_t pixels, std::int64_t channels, const float* shift, double* sums,
                     double* squares) {
    const std::int64_t tile = pixels_in_cache(channels);
    for (std::int64_t begin = 0; begin < pixels; begin += tile) {
        const std::int64_t end = HWY_MIN(begin + tile, pixels);
        for_each_channel_vector(channels, [&](std::int64_t c, auto part) {
            const Wide origin = widened(hn::LoadU(floats, shift + c));
            const auto difference = [&](std::int64_t pixel) HWY_ATTR {
                Wide d = widened(part.load(x + pixel * channels + c));
                for (int i = 0; i < halves; ++i) d.half[i] = hn::Sub(d.half[i], origin.half[i]);
                return d;
            };
            // Two chains of additions, so that none waits for the one before.
            WideSums even, odd;
            std::int64_t pixel = begin;
            for (; pixel + 2 <= end; pixel += 2) {
                const Wide first = difference(pixel), second = difference(pixel + 1);
                even.add(first, first);
                odd.add(second, second);
            }
            if (pixel < end) {
                const Wide last = difference(pixel);
                even.add(last, last);
            }
            even.add(odd);
            even.add_to(sums + c, squares + c);
        });
    }
}

/// visit(row, first column, end of columns, channel, lanes to work on) so that memory is passed once.
template <class Visit>
HWY_INLINE void for_each_strip(const NormArea& area, const Visit& visit) {
    const std::int64_t tile = pixels_in_cache(area.channels);
    for (std::int64_t row = 0; row < area.rows; ++row) {
        for (std::int64_t begin = 0; begin < area.columns; begin += tile) {
            const std::int64_t end = HWY_MIN(begin + tile, area.columns);
            for_each_channel_vector(area.channels, [&](std::int64_t c, auto part) { visit(row, begin, end, c, part); });
        }
    }
}

template <bool relu>
void normalize_area(const NormArea& area, const NormCoefficients& of, const float* x, std::int64_t x_step, float* y,
                    std::int64_t y_step) {
    for_each_strip(area, [&](std::int64_t row, std::int64_t begin, std::int64_t end, std::int64_t c, auto part) {
        const NormLanes norm(of, c);
        const float* in = x + row * x_step + c;
        float* out = y + row * y_step + c;
        for (std::int64_t i = begin * area.channels; i < end * area.channels; i += area.channels) {
            const V value = norm.normalized(part.load(in + i));
            part.store(relu ? rectified(value) : value, out + i);
        }
    });
}

void normalize_all(const NormArea& area, const NormCoefficients& of, const float* x, std::int64_t x_step, float* y,
                   std::int64_t y_step) {
    (area.relu ? normalize_area<true> : normalize_area<false>)(area, of, x, x_step, y, y_step);
}

template <bool relu>
void gradient_sums_of_area(const NormArea& area, const NormCoefficients& of, const float* x, std::int64_t x_step,
                           const float* dy, std::int64_t dy_step, double* sums, double* products) {
    for_each_strip(area, [&](std::int64_t row, std::int64_t begin, std::int64_t end, std::int64_t c, auto part) {
        const NormLanes norm(of, c);
        const float* in = x + row * x_step + c;
        const float* gradient = dy + row * dy_step + c;
        const auto add_pixel = [&](std::int64_t i, WideSums& to) HWY_ATTR {
            const V d = norm.centered(part.load(in + i));
            const V g = part.load(gradient + i);
            to.add(widened(relu ? unblocked(norm.from_centered(d), g) : g), widened(d));
        };
        WideSums even, odd;
        std::int64_t i = begin * area.channels;
        for (; i + area.channels < end * area.channels; i += 2 * area.channels) {
            add_pixel(i, even);
            add_pixel(i + area.channels, odd);
        }
        if (i < end * area.channels) add_pixel(i, even);
        even.add(odd);
        even.add_to(sums + c, products + c);
    });
}

void gradient_sums_all(const NormArea& area, const NormCoefficients& of, const float* x, std::int64_t x_step,
                       const float* dy, std::int64_t dy_step, double* sums, double* products) {
    (area.relu ? gradient_sums_of_area<true> : gradient_sums_of_area<false>)(area, of, x, x_step, dy, dy_step, sums,
                                                                             products);
}

template <bool relu>
void backward_of_area(const NormArea& area, const NormCoefficients& of, const float* x, std::int64_t x_step,
                      const float* dy, std::int64_t dy_step, float* dx, std::int64_t dx_step) {
    for_each_strip(area, [&](std::int64_t row, std::int64_t begin, std::int64_t end, std::int64_t c, auto part) {
        const NormLanes norm(of, c);
        const V mean_gradient = hn::LoadU(floats, of.mean_gradient + c);
        const V projection = hn::LoadU(floats, of.projection + c);
        const float* in = x + row * x_step + c;
        const float* gradient = dy + row * dy_step + c;
        float* out = dx + row * dx_step + c;
        for (std::int64_t i = begin * area.channels; i < end * area.channels; i += area.channels) {
            const V d = norm.centered(part.load(in + i));
            const V g = part.load(gradient + i);
            const V behind_mask = relu ? unblocked(norm.from_centered(d), g) : g;
            const V inner = hn::NegMulAdd(d, projection, hn::Sub(behind_mask, mean_gradient));
            part.store(hn::Mul(norm.scale, inner), out + i);
        }
    });
}

void backward_all(const NormArea& area, const NormCoefficients& of, const float* x, std::int64_t x_step,
                  const float* dy, std::int64_t dy_step, float* dx, std::int64_t dx_step) {
    (area.relu ? backward_of_area<true> : backward_of_area<false>)(area, of, x, x_step, dy, dy_step, dx, dx_step);
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
