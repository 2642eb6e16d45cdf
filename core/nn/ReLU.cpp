#include "core/nn/ReLU.h"

#include "core/kernels/Elementwise.h"

namespace normscope::nn {

template <class S>
const Tensor<S>& ReLU<S>::forward(const Tensor<S>& x, const Pass& pass) {
    m_output.resize(x.shape());
    m_used_kernels = std::is_same_v<S, float> && pass.kernels != Kernels::reference;
    pass.pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(x.shape().size(), group);
        if constexpr (std::is_same_v<S, float>) {
            if (m_used_kernels) return kernels::relu(x.data() + begin, end - begin, m_output.data() + begin);
        }
        for (std::int64_t i = begin; i < end; ++i) {
            const S value = x.data()[i];
            m_output.data()[i] = value <= S{0} ? S{0} : value;  // a NaN is not ≤ 0
        }
    });
    return m_output;
}

template <class S>
const Tensor<S>& ReLU<S>::backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) {
    m_input_gradient.resize(input_gradient ? gradient.shape() : Shape{});
    pass.pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(m_input_gradient.shape().size(), group);
        if constexpr (std::is_same_v<S, float>) {
            if (m_used_kernels) {
                return kernels::relu_backward(m_output.data() + begin, gradient.data() + begin, end - begin,
                                              m_input_gradient.data() + begin);
            }
        }
        for (std::int64_t i = begin; i < end; ++i) {
            m_input_gradient.data()[i] = m_output.data()[i] <= S{0} ? S{0} : gradient.data()[i];
        }
    });
    return m_input_gradient;
}

template class ReLU<float>;
template class ReLU<double>;

}  // namespace normscope::nn
