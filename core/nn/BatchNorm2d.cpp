#include "core/nn/BatchNorm2d.h"

#include "core/Error.h"
#include "core/nn/ChannelSums.h"
#include "core/nn/NormStage.h"

#include <algorithm>

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
    set_frozen_affine(options.frozen_affine);
    set_ghost_batches(options.ghost_batches);
}

template <class S>
BatchNorm2d<S>::~BatchNorm2d() = default;

template <class S>
bool BatchNorm2d<S>::has_kernels(const Shape& x, const Pass& pass) const {
    const bool uses_buffers = m_options.track_running_stats && (pass.mode == Mode::eval || m_options.frozen);
    const bool has_shards = !uses_buffers && pass.mode == Mode::train && m_options.ghost_batches > 1;
    return std::is_same_v<S, float> && pass.kernels != Kernels::reference && x.size() > 0 && !has_shards;
}

template <class S>
NormStage& BatchNorm2d<S>::stage() {
    if constexpr (std::is_same_v<S, float>) {
        if (!m_stage) m_stage = std::make_unique<NormStage>(*this);
        return *m_stage;
    } else {
        throw std::logic_error("there are no kernels in double");
    }
}

template <class S>
void BatchNorm2d<S>::set_frozen_affine(bool frozen) {
    m_options.frozen_affine = frozen;
    m_weight.trainable = m_bias.trainable = !frozen;
}

template <class S>
void BatchNorm2d<S>::set_ghost_batches(std::int64_t shards) {
    if (shards < 1) throw InputError(kind() + ": there must be at least one ghost batch.");
    m_options.ghost_batches = shards;
}

template <class S>
std::string BatchNorm2d<S>::detail() const {
    return std::to_string(m_options.channels) + " channels";
}

template <class S>
Shape BatchNorm2d<S>::output_shape(const Shape& input) const {
    if (input.c != m_options.channels) {
        throw ShapeError(kind() + " has " + std::to_string(m_options.channels) + " channels, got input size " +
                         to_string(input));
    }
    return input;
}

template <class S>
std::string BatchNorm2d<S>::torch_size(const Shape& shape) const {
    return "torch.Size([" + std::to_string(shape.n) + ", " + std::to_string(shape.c) + ", " + std::to_string(shape.h) +
           ", " + std::to_string(shape.w) + "])";
}

template <class S>
std::vector<WorkRange> BatchNorm2d<S>::shards_of(const Shape& shape, Mode mode) const {
    const auto pixels = shape.h * shape.w;
    if (!m_used_batch || mode == Mode::eval || m_options.ghost_batches == 1) return {{0, shape.pixels()}};
    // As torch.chunk: equal shards, rounded up, and what is left. An empty batch has k empty shards.
    if (shape.n == 0) return std::vector<WorkRange>(m_options.ghost_batches, {0, 0});
    const auto size = (shape.n + m_options.ghost_batches - 1) / m_options.ghost_batches;
    std::vector<WorkRange> shards;
    for (std::int64_t begin = 0; begin < shape.n; begin += size) {
        shards.push_back({begin * pixels, std::min(begin + size, shape.n) * pixels});
    }
    return shards;
}

template <class S>
void BatchNorm2d<S>::check_shards(const Shape& shape) const {
    for (const auto& shard : m_shards) {
        if (shard.end - shard.begin != 1) continue;
        throw InputError("Expected more than 1 value per channel when training, got input size " +
                         torch_size({1, shape.h, shape.w, shape.c}));
    }
}

template <class S>
const Tensor<S>& BatchNorm2d<S>::forward(const Tensor<S>& x, const Pass& pass) {
    m_output.resize(output_shape(x.shape()));
    m_input = &x;
    m_used_kernels = has_kernels(x.shape(), pass);
    if constexpr (std::is_same_v<S, float>) {
        if (m_used_kernels) {
            stage().forward(x, pass, m_output);
            return m_output;
        }
    }
    m_used_batch = !m_options.track_running_stats || (pass.mode == Mode::train && !m_options.frozen);
    m_shards = shards_of(x.shape(), pass.mode);
    m_standardizers.resize(static_cast<std::int64_t>(m_shards.size()), m_options.channels);
    if (m_used_batch) check_shards(x.shape());
    const bool updates = m_used_batch && m_options.track_running_stats && pass.update_buffers;
    if (x.shape().size() == 0) {
        if (updates) m_num_batches_tracked += static_cast<std::int64_t>(m_shards.size());
        return m_output;
    }

    // A frozen layer measures its batch too: the window shows what it does not use.
    std::vector<Moments> moments;
    if (m_used_batch || pass.mode == Mode::train) {
        for (const auto& shard : m_shards) moments.push_back(measure(x, shard, pass.pool));
        merge(moments);
    }
    for (std::size_t shard = 0; shard < m_shards.size(); ++shard) {
        for (std::int64_t c = 0; c < m_options.channels; ++c) {
            const double mean = m_used_batch ? moments[shard].mean[c] : m_running_mean[c];
            const double var = m_used_batch ? moments[shard].var[c] : m_running_var[c];
            m_standardizers.set(static_cast<std::int64_t>(shard), c, mean, var, m_options.eps, m_used_batch);
        }
    }
    normalize(x, pass.pool);
    if (updates) {
        for (const Moments& shard : moments) update_running_stats(shard.n, shard.mean, shard.var);
    }
    return m_output;
}

template <class S>
typename BatchNorm2d<S>::Moments BatchNorm2d<S>::measure(const Tensor<S>& x, WorkRange pixels, ThreadPool& pool) const {
    const auto channels = m_options.channels;
    Moments moments{.n = pixels.end - pixels.begin};
    const auto n = static_cast<double>(moments.n);
    moments.mean = channel_sums<1>(channels, pixels, pool, [&x, channels](WorkRange share, const auto& sums) {
        add_values(x.data() + share.begin * channels, share.end - share.begin, channels, sums[0]);
    })[0];
    for (double& mean : moments.mean) mean /= n;

    const double* mean = moments.mean.data();
    moments.var = channel_sums<1>(channels, pixels, pool, [&x, channels, mean](WorkRange share, const auto& sums) {
        add_squared_deviations(x.data() + share.begin * channels, share.end - share.begin, channels, mean, sums[0]);
    })[0];
    for (double& var : moments.var) var /= n;
    return moments;
}

template <class S>
void BatchNorm2d<S>::merge(const std::vector<Moments>& shards) {
    Moments whole = shards.front();
    for (std::size_t shard = 1; shard < shards.size(); ++shard) {
        const Moments& next = shards[shard];
        const auto n = static_cast<double>(whole.n + next.n);
        const double before = static_cast<double>(whole.n) / n, added = static_cast<double>(next.n) / n;
        for (std::int64_t c = 0; c < m_options.channels; ++c) {
            const double distance = next.mean[c] - whole.mean[c];
            whole.mean[c] += distance * added;
            whole.var[c] = before * whole.var[c] + added * next.var[c] + before * added * distance * distance;
        }
        whole.n += next.n;
    }
    m_batch_mean = std::move(whole.mean);
    m_batch_var = std::move(whole.var);
}

template <class S>
void BatchNorm2d<S>::update_running_stats(std::int64_t n, std::span<const double> mean, std::span<const double> var) {
    ++m_num_batches_tracked;
    const double factor = m_options.momentum ? *m_options.momentum : 1.0 / static_cast<double>(m_num_batches_tracked);
    const double unbias = static_cast<double>(n) / static_cast<double>(n - 1);
    for (std::int64_t c = 0; c < m_options.channels; ++c) {
        m_running_mean[c] = static_cast<S>((1 - factor) * m_running_mean[c] + factor * mean[c]);
        m_running_var[c] = static_cast<S>((1 - factor) * m_running_var[c] + factor * var[c] * unbias);
    }
}

template <class S>
void BatchNorm2d<S>::normalize(const Tensor<S>& x, ThreadPool& pool) {
    const auto channels = m_options.channels;
    const S* weight = m_options.affine ? m_weight.value.data() : nullptr;
    const S* bias = m_options.affine ? m_bias.value.data() : nullptr;
    for (std::size_t shard = 0; shard < m_shards.size(); ++shard) {
        const auto standardizer = m_standardizers[static_cast<std::int64_t>(shard)];
        pool.run(work_groups, [&](std::int64_t group) {
            const auto [begin, end] = share_of(m_shards[shard], group);
            standardize(x.data() + begin * channels, end - begin, channels, standardizer, weight, bias,
                        m_output.data() + begin * channels);
        });
    }
}

template <class S>
const Tensor<S>& BatchNorm2d<S>::backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) {
    m_input_gradient.resize(input_gradient ? gradient.shape() : Shape{});
    if constexpr (std::is_same_v<S, float>) {
        if (m_used_kernels) {
            stage().backward(*m_input, gradient, pass, input_gradient ? &m_input_gradient : nullptr);
            return m_input_gradient;
        }
    }
    const auto channels = m_options.channels;
    std::vector<std::array<std::vector<double>, 2>> sums;
    for (std::size_t shard = 0; shard < m_shards.size(); ++shard) {
        const auto standardizer = m_standardizers[static_cast<std::int64_t>(shard)];
        sums.push_back(channel_sums<2>(channels, m_shards[shard], pass.pool, [&](WorkRange share, const auto& sum) {
            add_gradients(gradient.data() + share.begin * channels, m_input->data() + share.begin * channels,
                          share.end - share.begin, channels, standardizer, static_cast<const S*>(nullptr), sum[0],
                          sum[1]);
        }));
    }
    if (m_options.affine) write_parameter_gradients(sums);
    if (!input_gradient || gradient.shape().size() == 0) return m_input_gradient;
    for (std::size_t shard = 0; shard < sums.size(); ++shard) {
        write_shard_gradient(gradient, static_cast<std::int64_t>(shard), sums[shard], pass.pool);
    }
    return m_input_gradient;
}

template <class S>
void BatchNorm2d<S>::write_parameter_gradients(const std::vector<std::array<std::vector<double>, 2>>& sums) {
    for (std::int64_t c = 0; c < m_options.channels; ++c) {
        double of_bias = 0, of_weight = 0;
        for (const auto& shard : sums) {
            of_bias += shard[0][c];
            of_weight += shard[1][c];
        }
        m_bias.gradient[c] = static_cast<S>(of_bias);
        m_weight.gradient[c] = static_cast<S>(of_weight);
    }
}

template <class S>
void BatchNorm2d<S>::write_shard_gradient(const Tensor<S>& gradient, std::int64_t shard,
                                          const std::array<std::vector<double>, 2>& sums, ThreadPool& pool) {
    const auto channels = m_options.channels;
    const WorkRange pixels = m_shards[shard];
    const auto standardizer = m_standardizers[shard];
    const auto n = static_cast<double>(pixels.end - pixels.begin);
    // Per channel: γ·is, and the two means that train mode subtracts (zero in eval mode).
    InputGradientTerms<S> terms(channels);
    for (std::int64_t c = 0; c < channels; ++c) {
        terms.factor[c] = weight_of(c) * standardizer.inv_std[c];
        terms.mean_gradient[c] = m_used_batch ? static_cast<S>(sums[0][c] / n) : S{0};
        terms.mean_projection[c] = m_used_batch ? static_cast<S>(sums[1][c] / n) : S{0};
    }
    pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = share_of(pixels, group);
        write_input_gradient(gradient.data() + begin * channels, m_input->data() + begin * channels, end - begin,
                             channels, standardizer, static_cast<const S*>(nullptr), terms,
                             m_input_gradient.data() + begin * channels);
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
    reset_parameters();
}

template <class S>
void BatchNorm2d<S>::reset_parameters() {
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
void BatchNorm2d<S>::copy_buffers_to(BatchNorm2d& copy) const {
    copy.m_running_mean = m_running_mean;
    copy.m_running_var = m_running_var;
    copy.m_num_batches_tracked = m_num_batches_tracked;
}

template <class S>
std::unique_ptr<Module<S>> BatchNorm2d<S>::clone() const {
    auto copy = std::make_unique<BatchNorm2d>(m_options);
    copy_buffers_to(*copy);
    return copy;
}

template class BatchNorm2d<float>;
template class BatchNorm2d<double>;

}  // namespace normscope::nn
