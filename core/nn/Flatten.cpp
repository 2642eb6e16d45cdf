#include "core/nn/Flatten.h"

#include <algorithm>

namespace normscope::nn {

template <class S>
const Tensor<S>& Flatten<S>::forward(const Tensor<S>& x, const Pass& /*pass*/) {
    m_input_shape = x.shape();
    m_output.resize(output_shape(x.shape()));
    std::ranges::copy(x.values(), m_output.data());
    return m_output;
}

template <class S>
const Tensor<S>& Flatten<S>::backward(const Tensor<S>& gradient, const Pass& /*pass*/, bool input_gradient) {
    m_input_gradient.resize(input_gradient ? m_input_shape : Shape{});
    if (input_gradient) std::ranges::copy(gradient.values(), m_input_gradient.data());
    return m_input_gradient;
}

template class Flatten<float>;
template class Flatten<double>;

}  // namespace normscope::nn
