#include "core/kernels/Elementwise.h"
#include "core/kernels/Normalization.h"
#include "core/kernels/Targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/NormBranches.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h.
#include "core/kernels/NormMath-inl.h"

HWY_BEFORE_NAMESPACE();
namespace normscope::kernels::HWY_NAMESPACE {

/// The end of a residual block: its first branch has a norm, the second one has or has not.
template <bool both>
void normalize_add_relu_of_area(const NormArea& area, const NormBranch& a, const NormBranch& b, float* y) {
    for_each_strip(area,
                   [&](std::int64_t row, std::int64_t begin, std::int64_t end, std::int64_t c, auto bundle, auto part) {
                       constexpr int vectors = decltype(bundle)::value;
                       NormLanes norm_a[vectors], norm_b[vectors];
                       for (int v = 0; v < vectors; ++v) {
                           norm_a[v] = NormLanes(*a.norm, c + v * lanes);
                           if (both) norm_b[v] = NormLanes(*b.norm, c + v * lanes);
                       }
                       const std::int64_t first = row * area.columns * area.channels + c;
                       for (std::int64_t i = begin * area.channels; i < end * area.channels; i += area.channels) {
                           for (int v = 0; v < vectors; ++v) {
                               const std::int64_t at = first + i + v * lanes;
                               const V of_a = norm_a[v].normalized(part.load(a.z + at));
                               const V of_b = both ? norm_b[v].normalized(part.load(b.z + at)) : part.load(b.z + at);
                               part.store(rectified(hn::Add(of_a, of_b)), y + at);
                           }
                       }
                   });
}

void normalize_add_relu_all(const NormArea& area, const NormBranch& a, const NormBranch& b, float* y) {
    (b.norm ? normalize_add_relu_of_area<true> : normalize_add_relu_of_area<false>)(area, a, b, y);
}

/// Sums in the order of add_gradient_sums(): the same bits, whoever makes them.
template <bool both>
void add_relu_backward_of_area(const NormArea& area, const NormBranch& a, const NormBranch& b, const float* y,
                               const float* dy, float* g) {
    for_each_strip(area,
                   [&](std::int64_t row, std::int64_t begin, std::int64_t end, std::int64_t c, auto bundle, auto part) {
                       constexpr int vectors = decltype(bundle)::value;
                       NormLanes norm_a[vectors], norm_b[vectors];
                       for (int v = 0; v < vectors; ++v) {
                           norm_a[v] = NormLanes(*a.norm, c + v * lanes);
                           if (both) norm_b[v] = NormLanes(*b.norm, c + v * lanes);
                       }
                       const std::int64_t first = row * area.columns * area.channels + c;
                       // The sums of the second branch behind those of the first.
                       const auto add_pixel = [&](std::int64_t i, ShortSums(&to)[2 * vectors]) HWY_ATTR {
                           for (int v = 0; v < vectors; ++v) {
                               const std::int64_t at = first + i + v * lanes;
                               const V gradient = unblocked(part.load(y + at), part.load(dy + at));
                               part.store(gradient, g + at);
                               to[v].add(gradient, norm_a[v].centered(part.load(a.z + at)));
                               if (both) to[vectors + v].add(gradient, norm_b[v].centered(part.load(b.z + at)));
                           }
                       };
                       WideSums total[2 * vectors];
                       for_each_short_run(begin, end, area.channels, add_pixel, total);
                       for (int v = 0; v < vectors; ++v) {
                           total[v].add_to(a.sums + c + v * lanes, a.products + c + v * lanes);
                           if (both) total[vectors + v].add_to(b.sums + c + v * lanes, b.products + c + v * lanes);
                       }
                   });
}

void add_relu_backward_all(const NormArea& area, const NormBranch& a, const NormBranch& b, const float* y,
                           const float* dy, float* g) {
    (b.norm ? add_relu_backward_of_area<true> : add_relu_backward_of_area<false>)(area, a, b, y, dy, g);
}

}  // namespace normscope::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace normscope::kernels {

HWY_EXPORT(normalize_add_relu_all);
HWY_EXPORT(add_relu_backward_all);

void normalize_add_relu(const NormArea& area, const NormBranch& a, const NormBranch& b, float* y) {
    if (!a.norm && b.norm) return normalize_add_relu(area, b, a, y);
    if (!a.norm) return add_relu(a.z, b.z, area.rows * area.columns * area.channels, y);
    HWY_DYNAMIC_DISPATCH(normalize_add_relu_all)(area, a, b, y);
}
void add_relu_backward(const NormArea& area, const NormBranch& a, const NormBranch& b, const float* y, const float* dy,
                       float* g) {
    if (!a.norm && b.norm) return add_relu_backward(area, b, a, y, dy, g);
    if (!a.norm) return relu_backward(y, dy, area.rows * area.columns * area.channels, g);
    HWY_DYNAMIC_DISPATCH(add_relu_backward_all)(area, a, b, y, dy, g);
}

}  // namespace normscope::kernels
#endif
