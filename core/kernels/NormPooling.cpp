#include "core/kernels/NormPooling.h"

#include "core/kernels/Targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/NormPooling.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h.
#include "core/kernels/NormMath-inl.h"

HWY_BEFORE_NAMESPACE();
namespace normscope::kernels::HWY_NAMESPACE {

using LaneMask = hn::Mask<Floats>;

/// Whether a later value of a window beats the best before it.
HWY_INLINE LaneMask beats(V value, V best) {
    return hn::Or(hn::Gt(value, best), hn::IsNaN(value));
}

/// The best of a window's four values in row order, and who beat those before.
struct Winner {
    V best;
    LaneMask second, third, fourth;

    HWY_INLINE explicit Winner(const V (&values)[4]) {
        second = beats(values[1], values[0]);
        best = hn::IfThenElse(second, values[1], values[0]);
        third = beats(values[2], best);
        best = hn::IfThenElse(third, values[2], best);
        fourth = beats(values[3], best);
        best = hn::IfThenElse(fourth, values[3], best);
    }
    /// Of four values that belong to the window's pixels, the winner's.
    HWY_INLINE V pick(const V (&values)[4]) const {
        const V of_first_two = hn::IfThenElse(second, values[1], values[0]);
        return hn::IfThenElse(fourth, values[3], hn::IfThenElse(third, values[2], of_first_two));
    }
    /// The gradient for the winner, 0 for the others.
    HWY_INLINE void spread(V gradient, V (&to)[4]) const {
        to[3] = hn::IfThenElseZero(fourth, gradient);
        gradient = hn::IfThenZeroElse(fourth, gradient);
        to[2] = hn::IfThenElseZero(third, gradient);
        gradient = hn::IfThenZeroElse(third, gradient);
        to[1] = hn::IfThenElseZero(second, gradient);
        to[0] = hn::IfThenZeroElse(second, gradient);
    }
};

/// visit(window's row, window's column, offset of its first pixel) for a vector of channels.
template <class Visit>
HWY_INLINE void for_each_window(const PoolImage& image, std::int64_t row, std::int64_t channel, const Visit& visit) {
    const std::int64_t first = 2 * row * image.w * image.channels + channel;
    for (std::int64_t column = 0; column < image.w / 2; ++column) visit(column, first + 2 * column * image.channels);
}

/// Loads the four values of a window in row order.
template <class Part>
HWY_INLINE void load_window(const PoolImage& image, Part part, const float* from, V (&values)[4]) {
    const std::int64_t below = image.w * image.channels;
    values[0] = part.load(from);
    values[1] = part.load(from + image.channels);
    values[2] = part.load(from + below);
    values[3] = part.load(from + below + image.channels);
}

template <class Part>
HWY_INLINE void store_window(std::int64_t channels, std::int64_t step, Part part, const V (&values)[4], float* to) {
    part.store(values[0], to);
    part.store(values[1], to + channels);
    part.store(values[2], to + step);
    part.store(values[3], to + step + channels);
}

/// x − μ of a window's pixels and their place among each other behind the norm. The rectifier does not
/// change who wins, unless nobody is above 0: then no gradient passes.
struct NormWindow {
    V centered[4];
    V y[4];

    template <class Part>
    HWY_INLINE NormWindow(const PoolImage& image, const NormLanes& norm, Part part, const float* from) {
        load_window(image, part, from, centered);
        for (int i = 0; i < 4; ++i) {
            centered[i] = norm.centered(centered[i]);
            y[i] = norm.from_centered(centered[i]);
        }
    }
};

void normalize_pool_all(const PoolImage& image, const NormCoefficients& of, const float* x, float* y,
                        std::int64_t y_step) {
    for (std::int64_t row = 0; row < image.h / 2; ++row) {
        for_each_channel_vector(image.channels, [&](std::int64_t c, auto part) {
            const NormLanes norm(of, c);
            float* out = y + row * y_step + c;
            for_each_window(image, row, c, [&](std::int64_t column, std::int64_t at) {
                const NormWindow window(image, norm, part, x + at);
                const V best = Winner(window.y).best;
                part.store(image.relu ? rectified(best) : best, out + column * image.channels);
            });
        });
    }
}

void pool_gradient_sums_all(const PoolImage& image, const NormCoefficients& of, const float* x, const float* dy,
                            double* sums, double* products) {
    for (std::int64_t row = 0; row < image.h / 2; ++row) {
        for_each_channel_vector(image.channels, [&](std::int64_t c, auto part) {
            const NormLanes norm(of, c);
            const float* gradient = dy + row * (image.w / 2) * image.channels + c;
            const float* in = x + 2 * row * image.w * image.channels + c;
            const auto add_window = [&](std::int64_t at, ShortSums(&to)[1]) HWY_ATTR {
                const NormWindow window(image, norm, part, in + 2 * at);
                const Winner winner(window.y);
                const V g = part.load(gradient + at);
                to[0].add(image.relu ? unblocked(winner.best, g) : g, winner.pick(window.centered));
            };
            WideSums total[1];
            for_each_short_run(0, image.w / 2, image.channels, add_window, total);
            total[0].add_to(sums + c, products + c);
        });
    }
}

void normalize_pool_backward_all(const PoolImage& image, const NormCoefficients& of, const float* x, const float* dy,
                                 float* dx, std::int64_t dx_step) {
    const std::int64_t channels = image.channels;
    for_each_channel_vector(channels, [&](std::int64_t c, auto part) {
        const NormLanes norm(of, c);
        const V mean_gradient = hn::LoadU(floats, of.mean_gradient + c);
        const V projection = hn::LoadU(floats, of.projection + c);
        const auto gradient_of = [&](V g, V centered) HWY_ATTR {
            return hn::Mul(norm.scale, hn::NegMulAdd(centered, projection, hn::Sub(g, mean_gradient)));
        };
        for (std::int64_t row = 0; row < image.h / 2; ++row) {
            const float* gradient = dy + row * (image.w / 2) * channels + c;
            float* out = dx + 2 * row * dx_step + c;
            for_each_window(image, row, c, [&](std::int64_t column, std::int64_t at) {
                const NormWindow window(image, norm, part, x + at);
                const Winner winner(window.y);
                const V g = part.load(gradient + column * channels);
                V result[4];
                winner.spread(image.relu ? unblocked(winner.best, g) : g, result);
                for (int i = 0; i < 4; ++i) result[i] = gradient_of(result[i], window.centered[i]);
                store_window(channels, dx_step, part, result, out + 2 * column * channels);
            });
        }
        // What is in no window still counts in the means.
        const auto outside = [&](std::int64_t row, std::int64_t column) HWY_ATTR {
            const V centered = norm.centered(part.load(x + (row * image.w + column) * channels + c));
            part.store(gradient_of(hn::Zero(floats), centered), dx + row * dx_step + column * channels + c);
        };
        if (image.w % 2 != 0) {
            for (std::int64_t row = 0; row < image.h / 2 * 2; ++row) outside(row, image.w - 1);
        }
        if (image.h % 2 != 0) {
            for (std::int64_t column = 0; column < image.w; ++column) outside(image.h - 1, column);
        }
    });
}

void max_pool_all(const PoolImage& image, const float* x, float* y, std::int64_t y_step) {
    for (std::int64_t row = 0; row < image.h / 2; ++row) {
        for_each_channel_vector(image.channels, [&](std::int64_t c, auto part) {
            float* out = y + row * y_step + c;
            for_each_window(image, row, c, [&](std::int64_t column, std::int64_t at) {
                V values[4];
                load_window(image, part, x + at, values);
                const V best = Winner(values).best;
                part.store(image.relu ? rectified(best) : best, out + column * image.channels);
            });
        });
    }
}

void max_pool_backward_all(const PoolImage& image, const float* x, const float* dy, float* dx, std::int64_t dx_step) {
    const std::int64_t channels = image.channels;
    for (std::int64_t row = 0; row < image.h / 2; ++row) {
        for_each_channel_vector(channels, [&](std::int64_t c, auto part) {
            const float* gradient = dy + row * (image.w / 2) * channels + c;
            float* out = dx + 2 * row * dx_step + c;
            for_each_window(image, row, c, [&](std::int64_t column, std::int64_t at) {
                V values[4];
                load_window(image, part, x + at, values);
                const Winner winner(values);
                const V g = part.load(gradient + column * channels);
                V result[4];
                winner.spread(image.relu ? unblocked(winner.best, g) : g, result);
                store_window(channels, dx_step, part, result, out + 2 * column * channels);
            });
        });
        if (image.w % 2 != 0) {
            std::memset(dx + 2 * row * dx_step + (image.w - 1) * channels, 0, channels * sizeof(float));
            std::memset(dx + (2 * row + 1) * dx_step + (image.w - 1) * channels, 0, channels * sizeof(float));
        }
    }
    if (image.h % 2 != 0) std::memset(dx + (image.h - 1) * dx_step, 0, image.w * channels * sizeof(float));
}

}  // namespace normscope::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace normscope::kernels {

HWY_EXPORT(normalize_pool_all);
HWY_EXPORT(pool_gradient_sums_all);
HWY_EXPORT(normalize_pool_backward_all);
HWY_EXPORT(max_pool_all);
HWY_EXPORT(max_pool_backward_all);

void normalize_pool(const PoolImage& image, const NormCoefficients& of, const float* x, float* y, std::int64_t y_step) {
    HWY_DYNAMIC_DISPATCH(normalize_pool_all)(image, of, x, y, y_step);
}
void add_pool_gradient_sums(const PoolImage& image, const NormCoefficients& of, const float* x, const float* dy,
                            double* sums, double* products) {
    HWY_DYNAMIC_DISPATCH(pool_gradient_sums_all)(image, of, x, dy, sums, products);
}
void normalize_pool_backward(const PoolImage& image, const NormCoefficients& of, const float* x, const float* dy,
                             float* dx, std::int64_t dx_step) {
    HWY_DYNAMIC_DISPATCH(normalize_pool_backward_all)(image, of, x, dy, dx, dx_step);
}
void max_pool(const PoolImage& image, const float* x, float* y, std::int64_t y_step) {
    HWY_DYNAMIC_DISPATCH(max_pool_all)(image, x, y, y_step);
}
void max_pool_backward(const PoolImage& image, const float* x, const float* dy, float* dx, std::int64_t dx_step) {
    HWY_DYNAMIC_DISPATCH(max_pool_backward_all)(image, x, dy, dx, dx_step);
}

}  // namespace normscope::kernels
#endif
