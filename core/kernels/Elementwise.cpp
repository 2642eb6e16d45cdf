#include "core/kernels/Elementwise.h"

#include "core/kernels/Targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/Elementwise.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h.
#include "core/kernels/Vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace normscope::kernels::HWY_NAMESPACE {

/// max(value, 0) that keeps NaN: a NaN is not ≤ 0.
HWY_INLINE V rectified(V value) {
    return hn::IfThenZeroElse(hn::Le(value, hn::Zero(floats)), value);
}

/// visit(offset, lanes to work on) for all values.
template <class Visit>
HWY_INLINE void for_each_vector(std::int64_t count, const Visit& visit) {
    std::int64_t i = 0;
    for (; i + lanes <= count; i += lanes) visit(i, AllLanes{});
    if (i < count) visit(i, FirstLanes{count - i});
}

void relu_all(const float* x, std::int64_t count, float* y) {
    for_each_vector(count, [&](std::int64_t i, auto part) { part.store(rectified(part.load(x + i)), y + i); });
}

void relu_backward_all(const float* y, const float* dy, std::int64_t count, float* dx) {
    for_each_vector(count, [&](std::int64_t i, auto part) {
        const auto blocked = hn::Le(part.load(y + i), hn::Zero(floats));
        part.store(hn::IfThenZeroElse(blocked, part.load(dy + i)), dx + i);
    });
}

void add_all(const float* a, const float* b, std::int64_t count, float* sum) {
    for_each_vector(
        count, [&](std::int64_t i, auto part) { part.store(hn::Add(part.load(a + i), part.load(b + i)), sum + i); });
}

void add_relu_all(const float* a, const float* b, std::int64_t count, float* y) {
    for_each_vector(count, [&](std::int64_t i, auto part) {
        part.store(rectified(hn::Add(part.load(a + i), part.load(b + i))), y + i);
    });
}

void sum_partials_all(const float* partials, std::int64_t parts, std::int64_t step, std::int64_t count, float* sum) {
    for_each_vector(count, [&](std::int64_t i, auto part) {
        V total = part.load(partials + i);
        for (std::int64_t k = 1; k < parts; ++k) total = hn::Add(total, part.load(partials + k * step + i));
        part.store(total, sum + i);
    });
}

void add_pixels_all(const float* values, std::int64_t pixels, std::int64_t channels, float* sums) {
    for_each_vector(channels, [&](std::int64_t c, auto part) {
        // Four chains of additions, so that none waits for the one before, and shorter ones round less.
        V chains[4] = {hn::Zero(floats), hn::Zero(floats), hn::Zero(floats), hn::Zero(floats)};
        std::int64_t pixel = 0;
        for (; pixel + 4 <= pixels; pixel += 4) {
            for (int i = 0; i < 4; ++i) {
                chains[i] = hn::Add(chains[i], part.load(values + (pixel + i) * channels + c));
            }
        }
        for (; pixel < pixels; ++pixel) chains[0] = hn::Add(chains[0], part.load(values + pixel * channels + c));
        const V total = hn::Add(hn::Add(chains[0], chains[1]), hn::Add(chains[2], chains[3]));
        part.store(hn::Add(part.load(sums + c), total), sums + c);
    });
}

}  // namespace normscope::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace normscope::kernels {

HWY_EXPORT(relu_all);
HWY_EXPORT(relu_backward_all);
HWY_EXPORT(add_all);
HWY_EXPORT(add_relu_all);
HWY_EXPORT(sum_partials_all);
HWY_EXPORT(add_pixels_all);

void relu(const float* x, std::int64_t count, float* y) {
    HWY_DYNAMIC_DISPATCH(relu_all)(x, count, y);
}
void relu_backward(const float* y, const float* dy, std::int64_t count, float* dx) {
    HWY_DYNAMIC_DISPATCH(relu_backward_all)(y, dy, count, dx);
}
void add(const float* a, const float* b, std::int64_t count, float* sum) {
    HWY_DYNAMIC_DISPATCH(add_all)(a, b, count, sum);
}
void add_relu(const float* a, const float* b, std::int64_t count, float* y) {
    HWY_DYNAMIC_DISPATCH(add_relu_all)(a, b, count, y);
}
void sum_partials(const float* partials, std::int64_t parts, std::int64_t step, std::int64_t count, float* sum) {
    HWY_DYNAMIC_DISPATCH(sum_partials_all)(partials, parts, step, count, sum);
}
void add_pixels(const float* values, std::int64_t pixels, std::int64_t channels, float* sums) {
    HWY_DYNAMIC_DISPATCH(add_pixels_all)(values, pixels, channels, sums);
}

}  // namespace normscope::kernels
#endif
