#include "core/nn/MaxPool2d.h"

#include "core/kernels/NormPooling.h"

#include <algorithm>
#include <cmath>

namespace normscope::nn {

template <class S>
const Tensor<S>& MaxPool2d<S>::forward(const Tensor<S>& x, const Pass& pass) {
    m_input_shape = x.shape();
    const Shape out = output_shape(m_input_shape);
    m_output.resize(out);
    const bool uses_kernels = std::is_same_v<S, float> && pass.kernels != Kernels::reference && is_two_by_two();
    m_input = uses_kernels ? &x : nullptr;
    if (uses_kernels) {
        forward_with_kernels(x, pass.pool);
        return m_output;
    }
    m_winner.resize(static_cast<std::size_t>(out.size()));
    pass.pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(out.n * out.h, group);
        for (std::int64_t row = begin; row < end; ++row) pool_row(x, row / out.h, row % out.h);
    });
    return m_output;
}

template <class S>
void MaxPool2d<S>::forward_with_kernels(const Tensor<S>& x, ThreadPool& pool) {
    if constexpr (std::is_same_v<S, float>) {
        const Shape& in = x.shape();
        pool.run(work_groups, [&](std::int64_t group) {
            const auto [begin, end] = work_range(in.n, group);
            for (std::int64_t n = begin; n < end; ++n) {
                kernels::max_pool({in.h, in.w, in.c, false}, x.image(n), m_output.image(n), m_output.shape().w * in.c);
            }
        });
    }
}

template <class S>
void MaxPool2d<S>::backward_with_kernels(const Tensor<S>& gradient, ThreadPool& pool) {
    if constexpr (std::is_same_v<S, float>) {
        const Shape& in = m_input_shape;
        pool.run(work_groups, [&](std::int64_t group) {
            const auto [begin, end] = work_range(in.n, group);
            for (std::int64_t n = begin; n < end; ++n) {
                kernels::max_pool_backward({in.h, in.w, in.c, false}, m_input->image(n), gradient.image(n),
                                           m_input_gradient.image(n), in.w * in.c);
            }
        });
    }
}

template <class S>
void MaxPool2d<S>::pool_row(const Tensor<S>& x, std::int64_t n, std::int64_t h) {
    const Shape& in = x.shape();
    const Shape& out = m_output.shape();
    const S* image = x.image(n);
    const auto [top, bottom] = m_windows.inside(h, in.h);
    for (std::int64_t w = 0; w < out.w; ++w) {
        const auto [left, right] = m_windows.inside(w, in.w);
        S* best = m_output.image(n) + (h * out.w + w) * out.c;
        std::int32_t* winner = m_winner.data() + (best - m_output.data());
        bool is_first = true;
        for (std::int64_t i = top; i < bottom; ++i) {
            for (std::int64_t j = left; j < right; ++j) {
                const auto offset = (i * in.w + j) * in.c;
                for (std::int64_t c = 0; c < in.c; ++c) {
                    const S value = image[offset + c];
                    const bool wins = is_first || value > best[c] || std::isnan(value);
                    best[c] = wins ? value : best[c];
                    winner[c] = wins ? static_cast<std::int32_t>(offset + c) : winner[c];
                }
                is_first = false;
            }
        }
    }
}

template <class S>
const Tensor<S>& MaxPool2d<S>::backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) {
    m_input_gradient.resize(input_gradient ? m_input_shape : Shape{});
    if (!input_gradient) return m_input_gradient;
    if (m_input) {
        backward_with_kernels(gradient, pass.pool);
        return m_input_gradient;
    }
    const Shape out = gradient.shape();
    pass.pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(out.n, group);
        for (std::int64_t n = begin; n < end; ++n) {
            S* image = m_input_gradient.image(n);
            std::fill_n(image, m_input_shape.image_size(), S{0});
            const S* g = gradient.image(n);
            const std::int32_t* winner = m_winner.data() + n * out.image_size();
            for (std::int64_t i = 0; i < out.image_size(); ++i) image[winner[i]] += g[i];
        }
    });
    return m_input_gradient;
}

template class MaxPool2d<float>;
template class MaxPool2d<double>;

}  // namespace normscope::nn
