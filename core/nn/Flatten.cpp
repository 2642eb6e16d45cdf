#include "core/nn/Flatten.h"

#include <algorithm>

namespace normscope::nn {

namespace {

/// `from` has `rows` × `columns` values; `to` has them as columns × rows.
template <class S>
void transpose(const S* from, std::int64_t rows, std::int64_t columns, S* to) {
    MatrixMap<S>(to, columns, rows) = ConstMatrixMap<S>(from, rows, columns).transpose();
}

}  // namespace

template <class S>
const Tensor<S>& Flatten<S>::forward(const Tensor<S>& x, const Pass& /*pass*/) {
    m_input_shape = x.shape();
    m_output.resize(output_shape(x.shape()));
    if (m_order == FlattenOrder::memory) {
        std::ranges::copy(x.values(), m_output.data());
    } else {
        const Shape& in = m_input_shape;
        for (std::int64_t n = 0; n < in.n; ++n) transpose(x.image(n), in.h * in.w, in.c, m_output.image(n));
    }
    return m_output;
}

template <class S>
const Tensor<S>& Flatten<S>::backward(const Tensor<S>& gradient, const Pass& /*pass*/, bool input_gradient) {
    m_input_gradient.resize(input_gradient ? m_input_shape : Shape{});
    if (!input_gradient) return m_input_gradient;
    if (m_order == FlattenOrder::memory) {
        std::ranges::copy(gradient.values(), m_input_gradient.data());
    } else {
        const Shape& in = m_input_shape;
        for (std::int64_t n = 0; n < in.n; ++n)
            transpose(gradient.image(n), in.c, in.h * in.w, m_input_gradient.image(n));
    }
    return m_input_gradient;
}

template class Flatten<float>;
template class Flatten<double>;

}  // namespace normscope::nn
