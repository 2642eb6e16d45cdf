// Passes over values that need nothing but themselves; dispatched to the instruction set in use.
#pragma once

#include <cstdint>

namespace normscope::kernels {

/// y = max(x, 0); NaN stays NaN. In place if y = x.
void relu(const float* x, std::int64_t count, float* y);

/// dx = dy where y > 0 (or NaN), else 0, with the outputs y of relu().
void relu_backward(const float* y, const float* dy, std::int64_t count, float* dx);

/// sum = a + b; the sum may be one of them.
void add(const float* a, const float* b, std::int64_t count, float* sum);

/// y = max(a + b, 0): the end of a residual block.
void add_relu(const float* a, const float* b, std::int64_t count, float* y);

/// sum = Σ of `parts` arrays that lie `step` floats apart, in order.
void sum_partials(const float* partials, std::int64_t parts, std::int64_t step, std::int64_t count, float* sum);

/// sums[c] += Σ over pixels of values[pixel, c].
void add_pixels(const float* values, std::int64_t pixels, std::int64_t channels, float* sums);

}  // namespace normscope::kernels
