#include "core/nn/Conv2d.h"

#include "core/nn/Initialization.h"

#include <algorithm>

namespace normscope::nn {

template <class S>
Conv2d<S>::Conv2d(const Options& options) : m_options(options) {
    const auto k = options.kernel;
    m_weight = {
        .name = "weight", .dims = {options.out_channels, options.in_channels, k, k}, .layout = Layout::conv_hwio};
    m_bias = {.name = "bias", .dims = {options.out_channels}};
}

template <class S>
std::string Conv2d<S>::detail() const {
    const std::string k = std::to_string(m_options.kernel);
    return k + "×" + k + " · " + std::to_string(m_options.out_channels);
}

template <class S>
Shape Conv2d<S>::output_shape(const Shape& input) const {
    if (input.c != m_options.in_channels) {
        throw ShapeError("Conv2d expects " + std::to_string(m_options.in_channels) +
                         " input channels, got input size " + to_string(input));
    }
    const auto k = m_options.kernel, p = m_options.padding;
    if (input.h + 2 * p < k || input.w + 2 * p < k) {
        throw ShapeError("Conv2d: the kernel of size " + std::to_string(k) + " does not fit into input size " +
                         to_string(input));
    }
    const auto steps = [&](std::int64_t size) { return (size + 2 * p - k) / m_options.stride + 1; };
    return {input.n, steps(input.h), steps(input.w), m_options.out_channels};
}

template <class S>
WorkRange Conv2d<S>::visible_columns(std::int64_t w, std::int64_t image_width) const {
    const auto first = std::clamp<std::int64_t>(-w, 0, m_options.kernel);
    return {first, std::clamp(image_width - w, first, m_options.kernel)};
}

template <class S>
void Conv2d<S>::gather_patches(const Tensor<S>& x, std::int64_t n, MatrixMap<S> patches) const {
    const Shape& in = x.shape();
    const auto k = m_options.kernel, p = m_options.padding, s = m_options.stride;
    const auto out_w = output_shape(in).w;
    for (std::int64_t pixel = 0; pixel < patches.rows(); ++pixel) {
        const auto h = pixel / out_w * s - p, w = pixel % out_w * s - p;
        const auto [first, last] = visible_columns(w, in.w);
        S* row = patches.data() + pixel * patches.cols();
        for (std::int64_t i = 0; i < k; ++i, row += k * in.c) {
            if (h + i < 0 || h + i >= in.h) {
                std::fill_n(row, k * in.c, S{0});
                continue;
            }
            // One row of the patch is contiguous in the image but for what sticks out left and right.
            std::fill_n(row, first * in.c, S{0});
            std::copy_n(x.image(n) + ((h + i) * in.w + w + first) * in.c, (last - first) * in.c, row + first * in.c);
            std::fill_n(row + last * in.c, (k - last) * in.c, S{0});
        }
    }
}

template <class S>
void Conv2d<S>::scatter_patches(ConstMatrixMap<S> patches, Tensor<S>& gradient, std::int64_t n) const {
    const Shape& in = gradient.shape();
    const auto k = m_options.kernel, p = m_options.padding, s = m_options.stride;
    const auto out_w = output_shape(in).w;
    std::fill_n(gradient.image(n), in.image_size(), S{0});
    for (std::int64_t pixel = 0; pixel < patches.rows(); ++pixel) {
        const auto h = pixel / out_w * s - p, w = pixel % out_w * s - p;
        const auto [first, last] = visible_columns(w, in.w);
        const S* row = patches.data() + pixel * patches.cols();
        for (std::int64_t i = 0; i < k; ++i, row += k * in.c) {
            if (h + i < 0 || h + i >= in.h) continue;
            S* target = gradient.image(n) + ((h + i) * in.w + w + first) * in.c;
            const S* source = row + first * in.c;
            for (std::int64_t j = 0; j < (last - first) * in.c; ++j) target[j] += source[j];
        }
    }
}

kernels::ConvMethod conv_method(const kernels::ConvShape& shape, Kernels setting) {
    // Below, the transforms cost more than the multiplications they save.
    constexpr std::int64_t least_channels = 8;
    const bool pays = std::min(shape.in_channels, shape.out_channels) >= least_channels;
    return setting == Kernels::winograd && pays && kernels::winograd_applies(shape) ? kernels::ConvMethod::winograd
                                                                                    : kernels::ConvMethod::direct;
}

template <class S>
kernels::ConvShape Conv2d<S>::kernel_shape(const Shape& input) const {
    return {.n = input.n,
            .h = input.h,
            .w = input.w,
            .in_channels = m_options.in_channels,
            .out_channels = m_options.out_channels,
            .kernel = m_options.kernel,
            .stride = m_options.stride,
            .padding = m_options.padding};
}

template <class S>
void Conv2d<S>::forward_with_kernels(const Tensor<S>& x, const Pass& pass) {
    if constexpr (std::is_same_v<S, float>) {
        const kernels::ConvShape shape = kernel_shape(x.shape());
        const kernels::ConvMethod method = conv_method(shape, pass.kernels);
        if (!m_kernels || m_kernels->shape() != shape || m_method != method) {
            m_kernels = std::make_unique<kernels::BatchConv>(shape, method);
            m_method = method;
        }
        const std::size_t scratch = m_kernels->scratch_size(pass.pool.threads());
        if (m_kernel_scratch.size() < scratch) m_kernel_scratch.resize(scratch);
        m_kernels->forward(x.data(), m_weight.value.data(), m_options.bias ? m_bias.value.data() : nullptr,
                           m_output.data(), m_kernel_scratch, pass.pool);
    }
}

template <class S>
void Conv2d<S>::backward_with_kernels(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) {
    if constexpr (std::is_same_v<S, float>) {
        m_kernels->backward(m_input->data(), m_weight.value.data(), gradient.data(),
                            {.dx = input_gradient ? m_input_gradient.data() : nullptr,
                             .dweight = m_weight.gradient.data(),
                             .dbias = m_options.bias ? m_bias.gradient.data() : nullptr},
                            m_kernel_scratch, pass.pool);
    }
}

template <class S>
const Tensor<S>& Conv2d<S>::forward(const Tensor<S>& x, const Pass& pass) {
    m_output.resize(output_shape(x.shape()));
    m_input = &x;
    m_used_kernels = std::is_same_v<S, float> && pass.kernels != Kernels::reference;
    if (m_used_kernels) {
        forward_with_kernels(x, pass);
        return m_output;
    }
    const Shape out = m_output.shape();
    const auto pixels = out.h * out.w;
    const ConstMatrixMap<S> weight(m_weight.value.data(), patch_size(), out.c);
    m_scratch.resize(work_groups);
    pass.pool.run(work_groups, [&](std::int64_t group) {
        m_scratch[group].resize(static_cast<std::size_t>(pixels * patch_size()));
        const MatrixMap<S> patches(m_scratch[group].data(), pixels, patch_size());
        const auto [begin, end] = work_range(out.n, group);
        for (std::int64_t n = begin; n < end; ++n) {
            gather_patches(x, n, patches);
            MatrixMap<S> y(m_output.image(n), pixels, out.c);
            y.noalias() = patches * weight;
            if (m_options.bias) {
                y.rowwise() += Eigen::Map<const Eigen::RowVector<S, Eigen::Dynamic>>(m_bias.value.data(), out.c);
            }
        }
    });
    return m_output;
}

template <class S>
const Tensor<S>& Conv2d<S>::backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) {
    const Tensor<S>& x = *m_input;
    const Shape out = gradient.shape();
    const auto pixels = out.h * out.w;
    const auto weight_count = patch_size() * out.c;
    const ConstMatrixMap<S> weight(m_weight.value.data(), patch_size(), out.c);
    m_input_gradient.resize(input_gradient ? x.shape() : Shape{});
    if (m_used_kernels) {
        backward_with_kernels(gradient, pass, input_gradient);
        return m_input_gradient;
    }
    m_weight_gradients.resize(work_groups);

    pass.pool.run(work_groups, [&](std::int64_t group) {
        MatrixMap<S> patches(m_scratch[group].data(), pixels, patch_size());
        // The weight's partial sum, and behind it the bias's.
        m_weight_gradients[group].assign(static_cast<std::size_t>(weight_count + out.c), S{0});
        MatrixMap<S> weight_gradient(m_weight_gradients[group].data(), patch_size(), out.c);
        Eigen::Map<Eigen::RowVector<S, Eigen::Dynamic>> bias_gradient(m_weight_gradients[group].data() + weight_count,
                                                                      out.c);
        const auto [begin, end] = work_range(out.n, group);
        for (std::int64_t n = begin; n < end; ++n) {
            const ConstMatrixMap<S> g(gradient.image(n), pixels, out.c);
            gather_patches(x, n, patches);
            weight_gradient.noalias() += patches.transpose() * g;
            bias_gradient += g.colwise().sum();
            if (input_gradient) {
                patches.noalias() = g * weight.transpose();
                scatter_patches(ConstMatrixMap<S>(patches.data(), pixels, patch_size()), m_input_gradient, n);
            }
        }
    });

    std::ranges::fill(m_weight.gradient, S{0});
    std::ranges::fill(m_bias.gradient, S{0});
    for (const auto& partial : m_weight_gradients) {
        for (std::int64_t i = 0; i < weight_count; ++i) m_weight.gradient[i] += partial[i];
        if (!m_options.bias) continue;
        for (std::int64_t i = 0; i < out.c; ++i) m_bias.gradient[i] += partial[weight_count + i];
    }
    return m_input_gradient;
}

template <class S>
std::vector<Parameter<S>*> Conv2d<S>::parameters() {
    if (!m_options.bias) return {&m_weight};
    return {&m_weight, &m_bias};
}

template <class S>
void Conv2d<S>::reset(std::uint64_t seed) {
    fill_kaiming_uniform(m_weight, patch_size(), RandomStream(seed, "init/" + this->name() + ".weight"));
    if (m_options.bias)
        fill_kaiming_uniform(m_bias, patch_size(), RandomStream(seed, "init/" + this->name() + ".bias"));
}

template <class S>
std::unique_ptr<Module<S>> Conv2d<S>::clone() const {
    return std::make_unique<Conv2d>(m_options);
}

template class Conv2d<float>;
template class Conv2d<double>;

}  // namespace normscope::nn
