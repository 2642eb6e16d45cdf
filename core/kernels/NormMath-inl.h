// Batch norm of one vector of channels, once for every instruction set.

// Highway's guard: once for every target.
#if defined(NORMSCOPE_KERNELS_NORM_MATH_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef NORMSCOPE_KERNELS_NORM_MATH_INL_H
#undef NORMSCOPE_KERNELS_NORM_MATH_INL_H
#else
#define NORMSCOPE_KERNELS_NORM_MATH_INL_H
#endif

#include "core/kernels/Normalization.h"
#include "core/kernels/Vectors-inl.h"

#include <type_traits>

HWY_BEFORE_NAMESPACE();
namespace normscope::kernels::HWY_NAMESPACE {

using Doubles = hn::ScalableTag<double>;
constexpr Doubles doubles;
constexpr int halves = HWY_TARGET == HWY_SCALAR ? 1 : 2;

/// A vector of floats as doubles.
struct Wide {
    hn::Vec<Doubles> half[halves];

    HWY_INLINE Wide() {}  // NEON's vectors have constructors, which the implicit one could not call
};

HWY_INLINE Wide widened(V v) {
    Wide wide;
#if HWY_TARGET == HWY_SCALAR
    wide.half[0] = hn::PromoteTo(doubles, v);
#else
    constexpr hn::Half<Floats> half;
    wide.half[0] = hn::PromoteTo(doubles, hn::LowerHalf(half, v));
    wide.half[1] = hn::PromoteTo(doubles, hn::UpperHalf(half, v));
#endif
    return wide;
}

/// widened(part.load(from)), from memory straight to halves where whole vectors are loaded.
template <class Part>
HWY_INLINE Wide load_widened(Part part, const float* from) {
#if HWY_TARGET != HWY_SCALAR
    if constexpr (std::is_same_v<Part, AllLanes>) {
        constexpr hn::Half<Floats> half;
        Wide wide;
        wide.half[0] = hn::PromoteTo(doubles, hn::LoadU(half, from));
        wide.half[1] = hn::PromoteTo(doubles, hn::LoadU(half, from + lanes / 2));
        return wide;
    }
#endif
    return widened(part.load(from));
}

/// Σg and Σg·d of a few pixels in float: their rounding is that of g and d themselves. So only one pixel in
/// `most` is widened.
struct ShortSums {
    static constexpr int most = 4;
    V first, second;

    HWY_INLINE ShortSums() : first(hn::Zero(floats)), second(hn::Zero(floats)) {}
    HWY_INLINE void add(V g, V d) {
        first = hn::Add(first, g);
        second = hn::MulAdd(g, d, second);
    }
};

/// Two sums per channel that grow in registers and are added to memory at the end.
struct WideSums {
    hn::Vec<Doubles> first[halves];
    hn::Vec<Doubles> second[halves];

    HWY_INLINE WideSums() {
        for (int i = 0; i < halves; ++i) first[i] = second[i] = hn::Zero(doubles);
    }
    /// first += a, second += a·b.
    HWY_INLINE void add(const Wide& a, const Wide& b) {
        for (int i = 0; i < halves; ++i) {
            first[i] = hn::Add(first[i], a.half[i]);
            second[i] = hn::MulAdd(a.half[i], b.half[i], second[i]);
        }
    }
    HWY_INLINE void add(const WideSums& other) {
        for (int i = 0; i < halves; ++i) {
            first[i] = hn::Add(first[i], other.first[i]);
            second[i] = hn::Add(second[i], other.second[i]);
        }
    }
    HWY_INLINE void add(const ShortSums& sums) {
        const Wide a = widened(sums.first), b = widened(sums.second);
        for (int i = 0; i < halves; ++i) {
            first[i] = hn::Add(first[i], a.half[i]);
            second[i] = hn::Add(second[i], b.half[i]);
        }
    }
    HWY_INLINE void add_to(double* firsts, double* seconds) const {
        for (int i = 0; i < halves; ++i) {
            const std::int64_t at = i * static_cast<std::int64_t>(hn::Lanes(doubles));
            hn::StoreU(hn::Add(hn::LoadU(doubles, firsts + at), first[i]), doubles, firsts + at);
            hn::StoreU(hn::Add(hn::LoadU(doubles, seconds + at), second[i]), doubles, seconds + at);
        }
    }
};

/// The coefficients of one vector of channels.
struct NormLanes {
    V mean, mean_rest, scale, shift;

    HWY_INLINE NormLanes() = default;
    HWY_INLINE NormLanes(const NormCoefficients& of, std::int64_t channel)
        : mean(hn::LoadU(floats, of.mean + channel)),
          mean_rest(hn::LoadU(floats, of.mean_rest + channel)),
          scale(hn::LoadU(floats, of.scale + channel)),
          shift(hn::LoadU(floats, of.shift + channel)) {}

    HWY_INLINE V centered(V x) const { return hn::Sub(hn::Sub(x, mean), mean_rest); }
    HWY_INLINE V from_centered(V d) const { return hn::MulAdd(d, scale, shift); }
    HWY_INLINE V normalized(V x) const { return from_centered(centered(x)); }
};

/// max(y, 0) that keeps NaN: a NaN is not ≤ 0.
HWY_INLINE V rectified(V y) {
    return hn::IfThenZeroElse(hn::Le(y, hn::Zero(floats)), y);
}

/// The gradient in front of the rectifier whose input was y.
HWY_INLINE V unblocked(V y, V gradient) {
    return hn::IfThenZeroElse(hn::Le(y, hn::Zero(floats)), gradient);
}

/// Vectors of channels that are worked on together: whole cache lines, read in order.
constexpr int max_bundle = lanes == 1 ? 1 : HWY_MIN(8, 64 / lanes);

/// So many pixels at a time stay in the first cache while their channels pass by, bundle by bundle.
HWY_INLINE std::int64_t pixels_in_cache(std::int64_t channels) {
    return HWY_MAX(std::int64_t{1}, 2048 / channels);
}

template <int vectors>
using Bundle = std::integral_constant<int, vectors>;

/// visit(first channel, bundle of vectors, lanes to work on) for all channels.
template <class Visit>
HWY_INLINE void for_each_bundle(std::int64_t channels, const Visit& visit) {
    std::int64_t c = 0;
    for (; c + max_bundle * lanes <= channels; c += max_bundle * lanes) visit(c, Bundle<max_bundle>{}, AllLanes{});
    for (; c + lanes <= channels; c += lanes) visit(c, Bundle<1>{}, AllLanes{});
    if (c < channels) visit(c, Bundle<1>{}, FirstLanes{channels - c});
}

/// visit(row, first column, end of columns, channel, bundle, lanes to work on) so that memory is passed once.
template <class Visit>
HWY_INLINE void for_each_strip(const NormArea& area, const Visit& visit) {
    const std::int64_t tile = pixels_in_cache(area.channels);
    for (std::int64_t row = 0; row < area.rows; ++row) {
        for (std::int64_t begin = 0; begin < area.columns; begin += tile) {
            const std::int64_t end = HWY_MIN(begin + tile, area.columns);
            for_each_bundle(area.channels,
                            [&](std::int64_t c, auto bundle, auto part) { visit(row, begin, end, c, bundle, part); });
        }
    }
}

/// Adds the pixels [begin, end), which add_pixel(offset, ShortSums) takes, to the sums of `vectors` vectors of
/// channels.
template <int vectors, class AddPixel>
HWY_INLINE void for_each_short_run(std::int64_t begin, std::int64_t end, std::int64_t channels,
                                   const AddPixel& add_pixel, WideSums (&total)[vectors]) {
    std::int64_t pixel = begin;
    for (; pixel + ShortSums::most <= end; pixel += ShortSums::most) {
        ShortSums run[vectors];
#pragma GCC unroll 4
        for (int i = 0; i < ShortSums::most; ++i) add_pixel((pixel + i) * channels, run);
        for (int v = 0; v < vectors; ++v) total[v].add(run[v]);
    }
    if (pixel == end) return;
    ShortSums rest[vectors];
    for (; pixel < end; ++pixel) add_pixel(pixel * channels, rest);
    for (int v = 0; v < vectors; ++v) total[v].add(rest[v]);
}

}  // namespace normscope::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // NORMSCOPE_KERNELS_NORM_MATH_INL_H
