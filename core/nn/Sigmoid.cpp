#include "core/nn/Sigmoid.h"

#include <cmath>

namespace normscope::nn {

template <class S>
const Tensor<S>& Sigmoid<S>::forward(const Tensor<S>& x, const Pass& pass) {
    m_output.resize(x.shape());
    pass.pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(x.shape().size(), group);
        for (std::int64_t i = begin; i < end; ++i) m_output.data()[i] = S{1} / (S{1} + std::exp(-x.data()[i]));
    });
    return m_output;
}

template <class S>
const Tensor<S>& Sigmoid<S>::backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) {
    m_input_gradient.resize(input_gradient ? gradient.shape() : Shape{});
    pass.pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(m_input_gradient.shape().size(), group);
        for (std::int64_t i = begin; i < end; ++i) {
            const S y = m_output.data()[i];
            m_input_gradient.data()[i] = gradient.data()[i] * (S{1} - y) * y;
        }
    });
    return m_input_gradient;
}

template class Sigmoid<float>;
template class Sigmoid<double>;

}  // namespace normscope::nn
