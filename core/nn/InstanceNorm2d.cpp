#include "core/nn/InstanceNorm2d.h"

#include "core/Error.h"

#include <algorithm>

namespace normscope::nn {

template <class S>
InstanceNorm2d<S>::InstanceNorm2d(const Options& options)
    : ImageNorm<S>({.channels = options.channels,
                    .groups = options.channels,
                    .eps = options.eps,
                    .affine = options.affine,
                    .elements = {0, 1, 1, options.channels}}),
      m_options(options) {
    if (!options.track_running_stats) return;
    m_running_mean.assign(static_cast<std::size_t>(options.channels), S{0});
    m_running_var.assign(static_cast<std::size_t>(options.channels), S{1});
}

template <class S>
std::string InstanceNorm2d<S>::detail() const {
    return std::to_string(m_options.channels) + " channels";
}

template <class S>
Shape InstanceNorm2d<S>::output_shape(const Shape& input) const {
    if (input.c != m_options.channels) {
        throw ShapeError("InstanceNorm2d has " + std::to_string(m_options.channels) + " channels, got input size " +
                         to_string(input));
    }
    return input;
}

template <class S>
void InstanceNorm2d<S>::check_batch(const Shape& shape, Mode mode) const {
    if (!measures(mode) || shape.h * shape.w != 1) return;
    throw InputError("Expected more than 1 spatial element when training, got input size torch.Size([" +
                     std::to_string(shape.n) + ", " + std::to_string(shape.c) + ", 1, 1])");
}

template <class S>
const typename InstanceNorm2d<S>::Moments* InstanceNorm2d<S>::fixed_moments(Mode mode) {
    if (measures(mode)) return nullptr;
    m_fixed.mean.assign(m_running_mean.begin(), m_running_mean.end());
    m_fixed.var.assign(m_running_var.begin(), m_running_var.end());
    return &m_fixed;
}

template <class S>
void InstanceNorm2d<S>::saw_moments(const Shape& shape, const Moments& moments, const Pass& pass) {
    if (!m_options.track_running_stats || !pass.update_buffers) return;
    const auto pixels = static_cast<double>(shape.h * shape.w), images = static_cast<double>(shape.n);
    const double unbias = pixels / (pixels - 1), factor = m_options.momentum;
    const auto channels = m_options.channels;
    for (std::int64_t c = 0; c < channels; ++c) {
        double mean = 0, var = 0;
        for (std::int64_t n = 0; n < shape.n; ++n) {
            mean += moments.mean[n * channels + c];
            var += moments.var[n * channels + c] * unbias;
        }
        m_running_mean[c] = static_cast<S>((1 - factor) * m_running_mean[c] + factor * mean / images);
        m_running_var[c] = static_cast<S>((1 - factor) * m_running_var[c] + factor * var / images);
    }
}

template <class S>
std::vector<Buffer<S>> InstanceNorm2d<S>::buffers() {
    if (!m_options.track_running_stats) return {};
    const std::vector<std::int64_t> dims{m_options.channels};
    return {{.name = "running_mean", .dims = dims, .value = m_running_mean},
            {.name = "running_var", .dims = dims, .value = m_running_var},
            {.name = "num_batches_tracked", .count = &m_num_batches_tracked}};
}

template <class S>
void InstanceNorm2d<S>::reset(std::uint64_t seed) {
    ImageNorm<S>::reset(seed);
    std::ranges::fill(m_running_mean, S{0});
    std::ranges::fill(m_running_var, S{1});
    m_num_batches_tracked = 0;
}

template <class S>
std::unique_ptr<Module<S>> InstanceNorm2d<S>::clone() const {
    Options options = m_options;
    options.eps = this->eps();
    auto copy = std::make_unique<InstanceNorm2d>(options);
    copy->set_frozen_affine(this->frozen_affine());
    copy->m_running_mean = m_running_mean;
    copy->m_running_var = m_running_var;
    copy->m_num_batches_tracked = m_num_batches_tracked;
    return copy;
}

template class InstanceNorm2d<float>;
template class InstanceNorm2d<double>;

}  // namespace normscope::nn
