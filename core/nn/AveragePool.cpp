#include "core/nn/AveragePool.h"

#include <algorithm>

namespace normscope::nn {

template <class S>
const Tensor<S>& AveragePool<S>::forward(const Tensor<S>& x, const Pass& pass) {
    m_input_shape = x.shape();
    m_output.resize(this->output_shape(x.shape()));
    m_sums.resize(static_cast<std::size_t>(work_groups * x.shape().c));
    pass.pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(x.shape().n, group);
        for (std::int64_t n = begin; n < end; ++n) pool_image(x, n, m_sums.data() + group * x.shape().c);
    });
    return m_output;
}

template <class S>
void AveragePool<S>::pool_image(const Tensor<S>& x, std::int64_t n, double* sum) {
    const Shape &in = x.shape(), &out = m_output.shape();
    S* y = m_output.image(n);
    for (std::int64_t pixel = 0; pixel < out.h * out.w; ++pixel, y += out.c) {
        const auto [top, bottom] = window(pixel / out.w, out.h, in.h);
        const auto [left, right] = window(pixel % out.w, out.w, in.w);
        std::fill_n(sum, in.c, 0.0);
        for (std::int64_t i = top; i < bottom; ++i) {
            for (std::int64_t j = left; j < right; ++j) {
                const S* values = x.image(n) + (i * in.w + j) * in.c;
                for (std::int64_t c = 0; c < in.c; ++c) sum[c] += values[c];
            }
        }
        const double by = divisor((bottom - top) * (right - left));
        for (std::int64_t c = 0; c < in.c; ++c) y[c] = static_cast<S>(sum[c] / by);
    }
}

template <class S>
const Tensor<S>& AveragePool<S>::backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) {
    m_input_gradient.resize(input_gradient ? m_input_shape : Shape{});
    if (!input_gradient) return m_input_gradient;
    pass.pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(m_input_shape.n, group);
        for (std::int64_t n = begin; n < end; ++n) spread_image(gradient, n);
    });
    return m_input_gradient;
}

template <class S>
void AveragePool<S>::spread_image(const Tensor<S>& gradient, std::int64_t n) {
    const Shape &in = m_input_shape, &out = gradient.shape();
    std::fill_n(m_input_gradient.image(n), in.image_size(), S{0});
    const S* g = gradient.image(n);
    for (std::int64_t pixel = 0; pixel < out.h * out.w; ++pixel, g += out.c) {
        const auto [top, bottom] = window(pixel / out.w, out.h, in.h);
        const auto [left, right] = window(pixel % out.w, out.w, in.w);
        const S share = static_cast<S>(1 / divisor((bottom - top) * (right - left)));
        for (std::int64_t i = top; i < bottom; ++i) {
            for (std::int64_t j = left; j < right; ++j) {
                S* dx = m_input_gradient.image(n) + (i * in.w + j) * in.c;
                for (std::int64_t c = 0; c < in.c; ++c) dx[c] += g[c] * share;
            }
        }
    }
}

template class AveragePool<float>;
template class AveragePool<double>;

}  // namespace normscope::nn
