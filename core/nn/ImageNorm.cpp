#include "core/nn/ImageNorm.h"

#include <algorithm>

namespace normscope::nn {

template <class S>
ImageNorm<S>::ImageNorm(const Extent& extent)
    : m_channels(extent.channels), m_groups(extent.groups), m_eps(extent.eps), m_affine(extent.affine) {
    const Shape& elements = extent.elements;
    m_weight = {.name = "weight", .dims = {elements.c}, .of_norm = true};
    if (elements.h * elements.w > 1) {
        m_weight.dims = {elements.c, elements.h, elements.w};
        m_weight.layout = Layout::plain_hwc;
        m_weight.hwc = {elements.h, elements.w, elements.c};
    }
    m_bias = m_weight;
    m_bias.name = "bias";
}

template <class S>
const Tensor<S>& ImageNorm<S>::forward(const Tensor<S>& x, const Pass& pass) {
    const Shape& shape = x.shape();
    m_output.resize(this->output_shape(shape));
    m_input = &x;
    check_batch(shape, pass.mode);
    m_standardizers.resize(shape.n, m_channels);
    const Moments* fixed = fixed_moments(pass.mode);
    m_measured = fixed == nullptr;
    if (shape.size() == 0) return m_output;
    m_moments.mean.resize(static_cast<std::size_t>(shape.n * m_groups));
    m_moments.var.resize(m_moments.mean.size());
    pass.pool.run(work_groups, [&](std::int64_t group) {
        std::vector<double> scratch;
        const auto [begin, end] = work_range(shape.n, group);
        for (std::int64_t n = begin; n < end; ++n) {
            if (!fixed) measure_image(x, n, scratch);
            for (std::int64_t c = 0; c < m_channels; ++c) {
                const auto i = fixed ? c : n * m_groups + c / group_channels();
                const Moments& moments = fixed ? *fixed : m_moments;
                m_standardizers.set(n, c, moments.mean[i], moments.var[i], m_eps, m_measured);
            }
            standardize_image(x, n);
        }
    });
    if (m_measured) saw_moments(shape, m_moments, pass);
    return m_output;
}

template <class S>
void ImageNorm<S>::measure_image(const Tensor<S>& x, std::int64_t n, std::vector<double>& scratch) {
    const auto pixels = x.shape().h * x.shape().w, size = group_channels();
    const auto count = static_cast<double>(pixels * size);
    double* mean = m_moments.mean.data() + n * m_groups;
    double* var = m_moments.var.data() + n * m_groups;
    // Channel by channel first: sums, then the group's mean for each, then squares.
    scratch.assign(static_cast<std::size_t>(3 * m_channels), 0.0);
    double *sum = scratch.data(), *channel_mean = sum + m_channels, *squares = channel_mean + m_channels;
    add_values(x.image(n), pixels, m_channels, sum);
    std::fill_n(mean, m_groups, 0.0);
    std::fill_n(var, m_groups, 0.0);
    for (std::int64_t c = 0; c < m_channels; ++c) mean[c / size] += sum[c];
    for (std::int64_t group = 0; group < m_groups; ++group) mean[group] /= count;
    for (std::int64_t c = 0; c < m_channels; ++c) channel_mean[c] = mean[c / size];
    add_squared_deviations(x.image(n), pixels, m_channels, channel_mean, squares);
    for (std::int64_t c = 0; c < m_channels; ++c) var[c / size] += squares[c];
    for (std::int64_t group = 0; group < m_groups; ++group) var[group] /= count;
}

template <class S>
void ImageNorm<S>::standardize_image(const Tensor<S>& x, std::int64_t n) {
    const auto pixels = x.shape().h * x.shape().w;
    const auto standardizer = m_standardizers[n];
    const S* weight = m_affine ? m_weight.value.data() : nullptr;
    const S* bias = m_affine ? m_bias.value.data() : nullptr;
    if (!m_affine || !elementwise()) {
        standardize(x.image(n), pixels, m_channels, standardizer, weight, bias, m_output.image(n));
        return;
    }
    for (std::int64_t i = 0; i < pixels * m_channels; i += m_channels) {
        standardize(x.image(n) + i, 1, m_channels, standardizer, weight + i, bias + i, m_output.image(n) + i);
    }
}

template <class S>
const Tensor<S>& ImageNorm<S>::backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) {
    const Shape& shape = gradient.shape();
    m_input_gradient.resize(input_gradient ? shape : Shape{});
    m_sums.assign(static_cast<std::size_t>(shape.n * 2 * m_channels), 0.0);
    pass.pool.run(work_groups, [&](std::int64_t group) {
        InputGradientTerms<S> terms(m_channels);
        const auto [begin, end] = work_range(shape.n, group);
        for (std::int64_t n = begin; n < end; ++n) backpropagate_image(gradient, n, input_gradient, terms);
    });
    if (!m_affine) return m_input_gradient;
    if (elementwise()) {
        write_element_gradients(gradient, pass.pool);
    } else {
        write_channel_gradients();
    }
    return m_input_gradient;
}

template <class S>
void ImageNorm<S>::backpropagate_image(const Tensor<S>& gradient, std::int64_t n, bool input_gradient,
                                       InputGradientTerms<S>& terms) {
    const auto pixels = gradient.shape().h * gradient.shape().w;
    const auto standardizer = m_standardizers[n];
    const bool weighted = m_affine && elementwise();
    const S* weight = m_affine ? m_weight.value.data() : nullptr;
    const S *g = gradient.image(n), *x = m_input->image(n);
    double *sum = m_sums.data() + n * 2 * m_channels, *projection = sum + m_channels;
    if (!weighted) {
        add_gradients(g, x, pixels, m_channels, standardizer, static_cast<const S*>(nullptr), sum, projection);
        if (!input_gradient) return;
        write_input_gradient(g, x, pixels, m_channels, standardizer, weight, fill_terms(n, sum, projection, terms),
                             m_input_gradient.image(n));
        return;
    }
    if (!input_gradient) return;
    const auto size = pixels * m_channels;
    for (std::int64_t i = 0; i < size; i += m_channels) {
        add_gradients(g + i, x + i, 1, m_channels, standardizer, weight + i, sum, projection);
    }
    fill_terms(n, sum, projection, terms);
    for (std::int64_t i = 0; i < size; i += m_channels) {
        write_input_gradient(g + i, x + i, 1, m_channels, standardizer, weight + i, terms,
                             m_input_gradient.image(n) + i);
    }
}

template <class S>
InputGradientTerms<S>& ImageNorm<S>::fill_terms(std::int64_t n, const double* sum, const double* projection,
                                                InputGradientTerms<S>& terms) const {
    const auto standardizer = m_standardizers[n];
    const auto size = group_channels();
    const auto count = static_cast<double>(size * m_input->shape().h * m_input->shape().w);
    // Elementwise γ is in the sums already.
    const S* weight = m_affine && !elementwise() ? m_weight.value.data() : nullptr;
    for (std::int64_t first = 0; first < m_channels; first += size) {
        double mean_gradient = 0, mean_projection = 0;
        for (std::int64_t c = first; m_measured && c < first + size; ++c) {
            mean_gradient += (weight ? weight[c] : 1.0) * sum[c];
            mean_projection += (weight ? weight[c] : 1.0) * projection[c];
        }
        for (std::int64_t c = first; c < first + size; ++c) {
            terms.factor[c] = standardizer.inv_std[c];
            terms.mean_gradient[c] = static_cast<S>(mean_gradient / count);
            terms.mean_projection[c] = static_cast<S>(mean_projection / count);
        }
    }
    return terms;
}

template <class S>
void ImageNorm<S>::write_channel_gradients() {
    const auto images = static_cast<std::int64_t>(m_sums.size()) / (2 * m_channels);
    for (std::int64_t c = 0; c < m_channels; ++c) {
        double of_bias = 0, of_weight = 0;
        for (std::int64_t n = 0; n < images; ++n) {
            of_bias += m_sums[n * 2 * m_channels + c];
            of_weight += m_sums[n * 2 * m_channels + m_channels + c];
        }
        m_bias.gradient[c] = static_cast<S>(of_bias);
        m_weight.gradient[c] = static_cast<S>(of_weight);
    }
}

template <class S>
void ImageNorm<S>::write_element_gradients(const Tensor<S>& gradient, ThreadPool& pool) {
    pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(m_weight.size(), group);
        for (std::int64_t i = begin; i < end; ++i) {
            double of_bias = 0, of_weight = 0;
            for (std::int64_t n = 0; n < gradient.shape().n; ++n) {
                const double g = gradient.image(n)[i];
                of_bias += g;
                of_weight += g * m_standardizers[n](m_input->image(n)[i], i % m_channels);
            }
            m_bias.gradient[i] = static_cast<S>(of_bias);
            m_weight.gradient[i] = static_cast<S>(of_weight);
        }
    });
}

template <class S>
std::vector<Parameter<S>*> ImageNorm<S>::parameters() {
    if (!m_affine) return {};
    return {&m_weight, &m_bias};
}

template <class S>
void ImageNorm<S>::reset(std::uint64_t /*seed*/) {
    std::ranges::fill(m_weight.value, S{1});
    std::ranges::fill(m_bias.value, S{0});
}

template class ImageNorm<float>;
template class ImageNorm<double>;

}  // namespace normscope::nn
