#include "core/nn/LeakyReLU.h"

#include <array>
#include <charconv>

namespace normscope::nn {

template <class S>
std::string LeakyReLU<S>::detail() const {
    std::array<char, 32> text{};
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), m_negative_slope).ptr};
}

template <class S>
const Tensor<S>& LeakyReLU<S>::forward(const Tensor<S>& x, const Pass& pass) {
    m_input = &x;
    m_output.resize(x.shape());
    const S slope = static_cast<S>(m_negative_slope);
    pass.pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(x.shape().size(), group);
        for (std::int64_t i = begin; i < end; ++i) {
            const S value = x.data()[i];
            m_output.data()[i] = value > S{0} ? value : value * slope;
        }
    });
    return m_output;
}

template <class S>
const Tensor<S>& LeakyReLU<S>::backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) {
    m_input_gradient.resize(input_gradient ? gradient.shape() : Shape{});
    const S slope = static_cast<S>(m_negative_slope);
    pass.pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(m_input_gradient.shape().size(), group);
        for (std::int64_t i = begin; i < end; ++i) {
            const S g = gradient.data()[i];
            m_input_gradient.data()[i] = m_input->data()[i] > S{0} ? g : g * slope;
        }
    });
    return m_input_gradient;
}

template class LeakyReLU<float>;
template class LeakyReLU<double>;

}  // namespace normscope::nn
