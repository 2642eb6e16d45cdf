#include "core/nn/NormStage.h"

#include <algorithm>

namespace normscope::nn {
namespace {

kernels::ImageTensor images_of(const Shape& shape) {
    return {shape.n, shape.h * shape.w, shape.c};
}

}  // namespace

NormStage::NormStage(BatchNorm2d<float>& layer)
    : m_layer(layer),
      m_channels(layer.channels()),
      m_mean(layer.channels()),
      m_var(layer.channels()),
      m_weight_gradient(layer.channels()),
      m_bias_gradient(layer.channels()) {}

void NormStage::begin_forward(const Shape& x, const Pass& pass) {
    const auto& options = m_layer.m_options;
    m_pixels = x.pixels();
    m_layer.m_used_batch = !options.track_running_stats || (pass.mode == Mode::train && !options.frozen);
    m_layer.m_shards.assign(1, {0, m_pixels});
    if (m_layer.m_used_batch) m_layer.check_shards(x);
    // A frozen layer measures its batch too: the window shows what it does not use.
    m_measures = m_layer.m_used_batch || pass.mode == Mode::train;
    m_updates = m_layer.m_used_batch && options.track_running_stats && pass.update_buffers;
    if (m_measures) m_channels.clear_moments();
}

void NormStage::finish_forward() {
    const auto& options = m_layer.m_options;
    if (m_measures) {
        m_layer.m_batch_mean.resize(options.channels);
        m_layer.m_batch_var.resize(options.channels);
        m_channels.merge_moments(m_layer.m_batch_mean, m_layer.m_batch_var);
    }
    if (!m_layer.m_used_batch) {
        std::ranges::copy(m_layer.m_running_mean, m_mean.begin());
        std::ranges::copy(m_layer.m_running_var, m_var.begin());
    }
    m_channels.set_statistics(m_layer.m_used_batch ? m_layer.m_batch_mean : m_mean,
                              m_layer.m_used_batch ? m_layer.m_batch_var : m_var, m_layer.m_weight.value,
                              m_layer.m_bias.value, options.eps, m_layer.m_used_batch);
    if (m_updates) m_layer.update_running_stats(m_pixels, m_layer.m_batch_mean, m_layer.m_batch_var);
}

void NormStage::finish_backward() {
    m_channels.merge_gradients(m_weight_gradient, m_bias_gradient);
    m_channels.set_gradient_means(m_weight_gradient, m_bias_gradient, m_layer.m_used_batch ? m_pixels : 0);
    if (!m_layer.m_options.affine) return;
    std::ranges::transform(m_weight_gradient, m_layer.m_weight.gradient.begin(),
                           [](double g) { return static_cast<float>(g); });
    std::ranges::transform(m_bias_gradient, m_layer.m_bias.gradient.begin(),
                           [](double g) { return static_cast<float>(g); });
}

void NormStage::write_gradient_of_bias_before(std::span<float> gradient) const {
    for (std::size_t c = 0; c < gradient.size(); ++c) {
        const double of_fixed = m_channels.coefficients().scale[c] * m_bias_gradient[c];
        // 0 · x: a NaN must show.
        gradient[c] = static_cast<float>(m_layer.m_used_batch ? 0 * of_fixed : of_fixed);
    }
}

Tensor<float>& NormStage::kept_output() {
    return m_layer.m_output;
}

void NormStage::forward(const Tensor<float>& x, const Pass& pass, Tensor<float>& y) {
    begin_forward(x.shape(), pass);
    if (m_measures) kernels::sum_moments(images_of(x.shape()), x.data(), m_channels, pass.pool);
    finish_forward();
    kernels::normalize_batch(images_of(x.shape()), false, m_channels, x.data(), y.data(), pass.pool);
}

void NormStage::backward(const Tensor<float>& x, const Tensor<float>& gradient, const Pass& pass, Tensor<float>* dx) {
    const auto images = images_of(x.shape());
    kernels::sum_gradients(images, false, m_channels, x.data(), gradient.data(), pass.pool);
    finish_backward();
    if (!dx) return;
    kernels::normalize_batch_backward(images, false, m_channels, x.data(), gradient.data(), dx->data(), pass.pool);
}

}  // namespace normscope::nn
