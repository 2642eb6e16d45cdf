#include "core/nn/BatchNorm2d.h"

#include "core/Error.h"
#include "core/nn/ChannelSums.h"

#include <algorithm>
#include <cmath>

namespace normscope::nn {

template <class S>
BatchNorm2d<S>::BatchNorm2d(const Options& options) : m_options(options) {
    const auto channels = static_cast<std::size_t>(options.channels);
    m_weight = {.name = "weight", .dims = {options.channels}, .of_norm = true};
    m_bias = {.name = "bias", .dims = {options.channels}, .of_norm = true};
    if (options.track_running_stats) {
        m_running_mean.assign(channels, S{0});
        m_running_var.assign(channels, S{1});
    }
    m_mean.assign(channels, S{0});
    m_mean_rest.assign(channels, S{0});
    m_inv_std.assign(channels, S{1});
}

template <class S>
std::string BatchNorm2d<S>::detail() const {
    return std::to_string(m_options.channels) + " channels";
}

template <class S>
Shape BatchNorm2d<S>::output_shape(const Shape& input) const {
    if (input.c != m_options.channels) {
        throw ShapeError("BatchNorm2d has " + std::to_string(m_options.channels) + " channels, got input size " +
                         to_string(input));
    }
    return input;
}

template <class S>
void BatchNorm2d<S>::check_batch(const Shape& shape) const {
    if (shape.pixels() != 1) return;
    throw InputError("Expected more than 1 value per channel when training, got input size torch.Size([" +
                     std::to_string(shape.n) + ", " + std::to_string(shape.c) + ", " + std::to_string(shape.h) + ", " +
                     std::to_string(shape.w) + "])");
}

template <class S>
const Tensor<S>& BatchNorm2d<S>::forward(const Tensor<S>& x, const Pass& pass) {
    m_output.resize(output_shape(x.shape()));
    m_input = &x;
    m_used_batch = !m_options.track_running_stats || (pass.mode == Mode::train && !m_options.frozen);
    if (x.shape().size() == 0) return m_output;
    if (m_used_batch) check_batch(x.shape());

    // A frozen layer measures its batch too: the window shows what it does not use.
    if (m_used_batch || pass.mode == Mode::train) measure_batch(x, pass.pool);
    choose_statistics(m_used_batch);
    normalize(x, pass.pool);
    if (m_used_batch && m_options.track_running_stats && pass.update_buffers) update_running_stats(x.shape().pixels());
    return m_output;
}

template <class S>
void BatchNorm2d<S>::measure_batch(const Tensor<S>& x, ThreadPool& pool) {
    const auto channels = m_options.channels;
    const auto n = static_cast<double>(x.shape().pixels());
    m_batch_mean = channel_sums<1>(x.shape(), pool, [&x, channels](std::int64_t pixel, const auto& sums) {
        const S* values = x.data() + pixel * channels;
        double* sum = sums[0];
        for (std::int64_t c = 0; c < channels; ++c) sum[c] += values[c];
    })[0];
    for (double& mean : m_batch_mean) mean /= n;

    const double* mean = m_batch_mean.data();
    m_batch_var = channel_sums<1>(x.shape(), pool, [&x, channels, mean](std::int64_t pixel, const auto& sums) {
        const S* values = x.data() + pixel * channels;
        double* sum = sums[0];
        for (std::int64_t c = 0; c < channels; ++c) sum[c] += (values[c] - mean[c]) * (values[c] - mean[c]);
    })[0];
    for (double& var : m_batch_var) var /= n;
}

template <class S>
void BatchNorm2d<S>::update_running_stats(std::int64_t n) {
    ++m_num_batches_tracked;
    const double factor = m_options.momentum ? *m_options.momentum : 1.0 / static_cast<double>(m_num_batches_tracked);
    const double unbias = static_cast<double>(n) / static_cast<double>(n - 1);
    for (std::int64_t c = 0; c < m_options.channels; ++c) {
        m_running_mean[c] = static_cast<S>((1 - factor) * m_running_mean[c] + factor * m_batch_mean[c]);
        m_running_var[c] = static_cast<S>((1 - factor) * m_running_var[c] + factor * m_batch_var[c] * unbias);
    }
}

template <class S>
void BatchNorm2d<S>::choose_statistics(bool of_batch) {
    for (std::int64_t c = 0; c < m_options.channels; ++c) {
        const double mean = of_batch ? m_batch_mean[c] : m_running_mean[c];
        const double var = of_batch ? m_batch_var[c] : m_running_var[c];
        m_mean[c] = static_cast<S>(mean);
        m_mean_rest[c] = static_cast<S>(mean - m_mean[c]);
        // A constant channel without eps becomes β, as in PyTorch, not NaN.
        const bool is_constant = of_batch && var + m_options.eps == 0;
        m_inv_std[c] = is_constant ? S{0} : static_cast<S>(1.0 / std::sqrt(var + m_options.eps));
    }
}

template <class S>
void BatchNorm2d<S>::normalize(const Tensor<S>& x, ThreadPool& pool) {
    const auto channels = m_options.channels;
    const bool affine = m_options.affine;
    pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(x.shape().pixels(), group);
        for (std::int64_t pixel = begin; pixel < end; ++pixel) {
            const S* in = x.data() + pixel * channels;
            S* out = m_output.data() + pixel * channels;
            if (affine) {
                for (std::int64_t c = 0; c < channels; ++c) {
                    out[c] = normalized(in[c], c) * m_weight.value[c] + m_bias.value[c];
                }
            } else {
                for (std::int64_t c = 0; c < channels; ++c) out[c] = normalized(in[c], c);
            }
        }
    });
}

template <class S>
const Tensor<S>& BatchNorm2d<S>::backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) {
    m_input_gradient.resize(input_gradient ? gradient.shape() : Shape{});
    sum_gradients(gradient, pass.pool);
    if (m_options.affine) {
        for (std::int64_t c = 0; c < m_options.channels; ++c) {
            m_weight.gradient[c] = static_cast<S>(m_weight_gradient[c]);
            m_bias.gradient[c] = static_cast<S>(m_bias_gradient[c]);
        }
    }
    if (input_gradient && gradient.shape().size() > 0) write_input_gradient(gradient, pass.pool);
    return m_input_gradient;
}

template <class S>
void BatchNorm2d<S>::sum_gradients(const Tensor<S>& gradient, ThreadPool& pool) {
    const auto channels = m_options.channels;
    auto sums = channel_sums<2>(gradient.shape(), pool, [&](std::int64_t pixel, const auto& sum) {
        const S* g = gradient.data() + pixel * channels;
        const S* x = m_input->data() + pixel * channels;
        for (std::int64_t c = 0; c < channels; ++c) {
            sum[0][c] += g[c];
            sum[1][c] += static_cast<double>(g[c]) * normalized(x[c], c);
        }
    });
    m_bias_gradient = std::move(sums[0]);
    m_weight_gradient = std::move(sums[1]);
}

template <class S>
void BatchNorm2d<S>::write_input_gradient(const Tensor<S>& gradient, ThreadPool& pool) {
    const auto channels = m_options.channels;
    const auto n = static_cast<double>(gradient.shape().pixels());
    // Per channel: γ·is, and the two means that train mode subtracts (zero in eval mode).
    std::vector<S> scale(channels), mean_gradient(channels), mean_projection(channels);
    for (std::int64_t c = 0; c < channels; ++c) {
        scale[c] = weight_of(c) * m_inv_std[c];
        mean_gradient[c] = m_used_batch ? static_cast<S>(m_bias_gradient[c] / n) : S{0};
        mean_projection[c] = m_used_batch ? static_cast<S>(m_weight_gradient[c] / n) : S{0};
    }
    pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(gradient.shape().pixels(), group);
        for (std::int64_t pixel = begin; pixel < end; ++pixel) {
            const S* g = gradient.data() + pixel * channels;
            const S* x = m_input->data() + pixel * channels;
            S* dx = m_input_gradient.data() + pixel * channels;
            for (std::int64_t c = 0; c < channels; ++c) {
                dx[c] = scale[c] * (g[c] - mean_gradient[c] - normalized(x[c], c) * mean_projection[c]);
            }
        }
    });
}

template <class S>
std::vector<Parameter<S>*> BatchNorm2d<S>::parameters() {
    if (!m_options.affine) return {};
    return {&m_weight, &m_bias};
}

template <class S>
std::vector<Buffer<S>> BatchNorm2d<S>::buffers() {
    if (!m_options.track_running_stats) return {};
    const std::vector<std::int64_t> dims{m_options.channels};
    return {{.name = "running_mean", .dims = dims, .value = m_running_mean},
            {.name = "running_var", .dims = dims, .value = m_running_var},
            {.name = "num_batches_tracked", .count = &m_num_batches_tracked}};
}

template <class S>
void BatchNorm2d<S>::reset(std::uint64_t /*seed*/) {
    std::ranges::fill(m_weight.value, S{1});
    std::ranges::fill(m_bias.value, S{0});
    reset_running_stats();
}

template <class S>
void BatchNorm2d<S>::reset_running_stats() {
    std::ranges::fill(m_running_mean, S{0});
    std::ranges::fill(m_running_var, S{1});
    m_num_batches_tracked = 0;
}

template <class S>
std::unique_ptr<Module<S>> BatchNorm2d<S>::clone() const {
    auto copy = std::make_unique<BatchNorm2d>(m_options);
    copy->m_running_mean = m_running_mean;
    copy->m_running_var = m_running_var;
    copy->m_num_batches_tracked = m_num_batches_tracked;
    return copy;
}

template class BatchNorm2d<float>;
template class BatchNorm2d<double>;

}  // namespace normscope::nn
