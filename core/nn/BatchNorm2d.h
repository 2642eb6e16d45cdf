// Batch normalization (Ioffe and Szegedy 2015), exactly as torch.nn.BatchNorm2d computes it.
#pragma once

#include "core/nn/NormLayer.h"
#include "core/nn/Standardizer.h"

#include <array>
#include <optional>
#include <span>

namespace normscope::nn {

class NormStage;

/// Per channel, over the n = N·H·W values of the batch:
///
///   train mode   y = (x − μ) / √(σ² + eps) · γ + β     with the biased σ² = Σ(x − μ)²/n
///   eval mode    the same with running_mean and running_var
///   update       running ← (1 − momentum) · running + momentum · batch; the variance takes Σ(x − μ)²/(n − 1)
///
/// Sums run in double, in two passes, in an order that does not depend on the number of threads.
/// Also takes (N, 1, 1, C). NaN and Inf hit their channel only; its running statistics stay poisoned
/// until reset_running_stats(). An empty batch leaves them alone but counts as a batch, as in PyTorch.
///
/// Ghost batches (Hoffer et al. 2017): in train mode, k shards of the batch as torch.chunk(k) cuts it are normalized
/// each with its own statistics, as on k devices: torch.cat([bn(c) for c in x.chunk(k)]).
template <class S>
class BatchNorm2d : public NormLayer<S> {
   public:
    struct Options {
        std::int64_t channels = 1;
        double eps = 1e-5;
        std::optional<double> momentum = 0.1;  ///< none: cumulative average, 1 / num_batches_tracked
        bool affine = true;
        bool track_running_stats = true;
        bool frozen = false;         ///< eval-mode arithmetic in train mode; buffers and counter stay
        bool frozen_affine = false;  ///< γ and β are not trainable; their gradients are computed all the same
        std::int64_t ghost_batches = 1;
    };
    explicit BatchNorm2d(const Options& options);
    ~BatchNorm2d() override;

    std::string kind() const override { return "BatchNorm2d"; }
    std::string detail() const override;
    Shape output_shape(const Shape& input) const override;
    /// Throws InputError in PyTorch's words if statistics of one value per channel are asked for; nothing has changed
    /// then.
    const Tensor<S>& forward(const Tensor<S>& x, const Pass& pass) override;
    /// Train mode: dx = γ·is·(g − dβ/n − x̂·dγ/n), sums over the shard. Eval mode or frozen: dx = γ·is·g.
    const Tensor<S>& backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) override;
    std::vector<Parameter<S>*> parameters() override;
    /// running_mean, running_var, num_batches_tracked; none without track_running_stats.
    std::vector<Buffer<S>> buffers() override;
    /// reset_parameters(); nothing is random.
    void reset(std::uint64_t seed) override;
    std::unique_ptr<Module<S>> clone() const override;

    /// γ 1, β 0 and reset_running_stats().
    void reset_parameters();
    /// running_mean 0, running_var 1, num_batches_tracked 0.
    void reset_running_stats();

    const Options& options() const { return m_options; }
    void set_momentum(std::optional<double> momentum) { m_options.momentum = momentum; }
    void set_eps(double eps) override { m_options.eps = eps; }
    /// All of these count from the next pass.
    void set_frozen(bool frozen) { m_options.frozen = frozen; }
    void set_frozen_affine(bool frozen) override;
    /// At least 1.
    void set_ghost_batches(std::int64_t shards);

    std::int64_t channels() const override { return m_options.channels; }
    double eps() const override { return m_options.eps; }
    bool frozen_affine() const override { return m_options.frozen_affine; }
    std::span<const S> weight() const override { return m_weight.value; }
    std::span<const S> bias() const override { return m_bias.value; }
    /// Buffers; empty without track_running_stats.
    std::span<S> running_mean() { return m_running_mean; }
    std::span<const S> running_mean() const { return m_running_mean; }
    std::span<S> running_var() { return m_running_var; }
    std::span<const S> running_var() const { return m_running_var; }
    std::int64_t num_batches_tracked() const { return m_num_batches_tracked; }
    void set_num_batches_tracked(std::int64_t count) { m_num_batches_tracked = count; }

    /// Mean and biased variance of the last whole batch that went through in train mode (frozen included).
    std::span<const double> batch_mean() const { return m_batch_mean; }
    std::span<const double> batch_var() const { return m_batch_var; }

    /// The layer's part in passes that are made with kernels; in float only.
    NormStage& stage();
    /// Whether such a pass can be made: not with ghost batches.
    bool has_kernels(const Shape& x, const Pass& pass) const;

   protected:
    /// As PyTorch prints input.size().
    virtual std::string torch_size(const Shape& shape) const;
    /// For clone(): a layer with the same options takes over the buffers.
    void copy_buffers_to(BatchNorm2d& copy) const;

   private:
    friend class NormStage;

    /// Mean and biased variance by channel of the pixels of one shard.
    struct Moments {
        std::int64_t n = 0;
        std::vector<double> mean;
        std::vector<double> var;
    };
    /// The pixels of each shard.
    std::vector<WorkRange> shards_of(const Shape& shape, Mode mode) const;
    void check_shards(const Shape& shape) const;
    Moments measure(const Tensor<S>& x, WorkRange pixels, ThreadPool& pool) const;
    /// Those of the whole batch (Chan, Golub and LeVeque 1983).
    void merge(const std::vector<Moments>& shards);
    void update_running_stats(std::int64_t n, std::span<const double> mean, std::span<const double> var);
    void normalize(const Tensor<S>& x, ThreadPool& pool);
    /// Writes the parameters' gradients from dβ = Σg and dγ = Σ g·x̂ of all shards.
    void write_parameter_gradients(const std::vector<std::array<std::vector<double>, 2>>& sums);
    void write_shard_gradient(const Tensor<S>& gradient, std::int64_t shard,
                              const std::array<std::vector<double>, 2>& sums, ThreadPool& pool);
    S weight_of(std::int64_t channel) const { return m_options.affine ? m_weight.value[channel] : S{1}; }

    Options m_options;
    Parameter<S> m_weight;
    Parameter<S> m_bias;
    std::vector<S> m_running_mean;
    std::vector<S> m_running_var;
    std::int64_t m_num_batches_tracked = 0;

    std::vector<double> m_batch_mean;
    std::vector<double> m_batch_var;

    // Of the last forward pass.
    const Tensor<S>* m_input = nullptr;
    bool m_used_batch = false;
    std::vector<WorkRange> m_shards;
    StandardizerTable<S> m_standardizers;  ///< one a shard
    Tensor<S> m_output;

    Tensor<S> m_input_gradient;

    std::unique_ptr<NormStage> m_stage;  ///< made by the first pass with kernels
    bool m_used_kernels = false;
};

}  // namespace normscope::nn
