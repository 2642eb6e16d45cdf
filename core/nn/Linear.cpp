#include "core/nn/Linear.h"

#include "core/nn/Initialization.h"

namespace normscope::nn {

template <class S>
Linear<S>::Linear(const Options& options) : m_options(options) {
    m_weight = {.name = "weight", .dims = {options.out_features, options.in_features}};
    if (options.flattened.n != 0) {
        m_weight.layout = Layout::linear_hwc;
        m_weight.hwc = {options.flattened.h, options.flattened.w, options.flattened.c};
    }
    m_bias = {.name = "bias", .dims = {options.out_features}};
}

template <class S>
std::string Linear<S>::detail() const {
    return std::to_string(m_options.out_features) + " outputs";
}

template <class S>
Shape Linear<S>::output_shape(const Shape& input) const {
    if (input.h != 1 || input.w != 1 || input.c != m_options.in_features) {
        throw ShapeError("Linear expects " + std::to_string(m_options.in_features) + " features, got input size " +
                         to_string(input));
    }
    return {input.n, 1, 1, m_options.out_features};
}

template <class S>
const Tensor<S>& Linear<S>::forward(const Tensor<S>& x, const Pass& pass) {
    m_output.resize(output_shape(x.shape()));
    m_input = &x;
    const auto in = m_options.in_features, out = m_options.out_features;
    pass.pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(x.shape().n, group);
        if (begin == end) return;
        MatrixMap<S> y(m_output.image(begin), end - begin, out);
        y.noalias() = ConstMatrixMap<S>(x.image(begin), end - begin, in) * weight().transpose();
        if (!m_options.bias) return;
        y.rowwise() += Eigen::Map<const Eigen::RowVector<S, Eigen::Dynamic>>(m_bias.value.data(), out);
    });
    return m_output;
}

template <class S>
const Tensor<S>& Linear<S>::backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) {
    const Tensor<S>& x = *m_input;
    m_input_gradient.resize(input_gradient ? x.shape() : Shape{});
    const auto in = m_options.in_features, out = m_options.out_features;
    MatrixMap<S> weight_gradient(m_weight.gradient.data(), out, in);
    if (m_options.bias) {
        Eigen::Map<Eigen::RowVector<S, Eigen::Dynamic>>(m_bias.gradient.data(), out) = gradient.rows().colwise().sum();
    }
    pass.pool.run(work_groups, [&](std::int64_t group) {
        // The weight's gradient by columns, the input's by rows: no partial sums to merge.
        const auto columns = work_range(in, group);
        if (const auto count = columns.end - columns.begin; count > 0) {
            weight_gradient.middleCols(columns.begin, count).noalias() =
                gradient.rows().transpose() * x.rows().middleCols(columns.begin, count);
        }
        const auto [begin, end] = work_range(x.shape().n, group);
        if (!input_gradient || begin == end) return;
        MatrixMap<S>(m_input_gradient.image(begin), end - begin, in).noalias() =
            ConstMatrixMap<S>(gradient.image(begin), end - begin, out) * weight();
    });
    return m_input_gradient;
}

template <class S>
std::vector<Parameter<S>*> Linear<S>::parameters() {
    if (!m_options.bias) return {&m_weight};
    return {&m_weight, &m_bias};
}

template <class S>
void Linear<S>::reset(std::uint64_t seed) {
    fill_kaiming_uniform(m_weight, m_options.in_features, RandomStream(seed, "init/" + this->name() + ".weight"));
    if (!m_options.bias) return;
    fill_kaiming_uniform(m_bias, m_options.in_features, RandomStream(seed, "init/" + this->name() + ".bias"));
}

template class Linear<float>;
template class Linear<double>;

}  // namespace normscope::nn
