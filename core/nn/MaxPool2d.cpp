#include "core/nn/MaxPool2d.h"

#include <algorithm>
#include <cmath>

namespace normscope::nn {

template <class S>
MaxPool2d<S>::MaxPool2d(std::int64_t kernel) : m_kernel(kernel) {}

template <class S>
std::string MaxPool2d<S>::detail() const {
    return std::to_string(m_kernel) + "×" + std::to_string(m_kernel);
}

template <class S>
Shape MaxPool2d<S>::output_shape(const Shape& input) const {
    if (input.h < m_kernel || input.w < m_kernel) {
        throw ShapeError("MaxPool2d: a window of size " + std::to_string(m_kernel) + " does not fit into input size " +
                         to_string(input));
    }
    return {input.n, input.h / m_kernel, input.w / m_kernel, input.c};
}

template <class S>
const Tensor<S>& MaxPool2d<S>::forward(const Tensor<S>& x, const Pass& pass) {
    m_input_shape = x.shape();
    const Shape in = m_input_shape;
    const Shape out = output_shape(in);
    m_output.resize(out);
    m_winner.resize(static_cast<std::size_t>(out.size()));
    pass.pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(out.n * out.h, group);
        for (std::int64_t row = begin; row < end; ++row) {
            const auto n = row / out.h, h = row % out.h;
            const S* image = x.image(n);
            for (std::int64_t w = 0; w < out.w; ++w) {
                const auto corner = (h * m_kernel * in.w + w * m_kernel) * in.c;
                S* best = m_output.image(n) + (h * out.w + w) * out.c;
                std::int32_t* winner = m_winner.data() + (best - m_output.data());
                for (std::int64_t i = 0; i < m_kernel * m_kernel; ++i) {
                    const auto offset = corner + (i / m_kernel * in.w + i % m_kernel) * in.c;
                    for (std::int64_t c = 0; c < in.c; ++c) {
                        const S value = image[offset + c];
                        const bool wins = i == 0 || value > best[c] || std::isnan(value);
                        best[c] = wins ? value : best[c];
                        winner[c] = wins ? static_cast<std::int32_t>(offset + c) : winner[c];
                    }
                }
            }
        }
    });
    return m_output;
}

template <class S>
const Tensor<S>& MaxPool2d<S>::backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) {
    m_input_gradient.resize(input_gradient ? m_input_shape : Shape{});
    if (!input_gradient) return m_input_gradient;
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
