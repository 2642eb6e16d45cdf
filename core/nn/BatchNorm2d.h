// Batch normalization (Ioffe and Szegedy 2015), exactly as torch.nn.BatchNorm2d computes it.
#pragma once

#include "core/nn/NormLayer.h"

#include <optional>
#include <span>

namespace normscope::nn {

/// Per channel, over the n = N·H·W values of the batch:
///
///   train mode   y = (x − μ) / √(σ² + eps) · γ + β     with the biased σ² = Σ(x − μ)²/n
///   eval mode    the same with running_mean and running_var
///   update       running ← (1 − momentum) · running + momentum · batch; the variance takes Σ(x − μ)²/(n − 1)
///
/// Sums run in double, in two passes, in an order that does not depend on the number of threads.
/// Also takes (N, 1, 1, C), which is BatchNorm1d.
template <class S>
class BatchNorm2d : public NormLayer<S> {
   public:
    struct Options {
        std::int64_t channels = 1;
        double eps = 1e-5;
        std::optional<double> momentum = 0.1;  ///< none: cumulative average, 1 / num_batches_tracked
        bool affine = true;
        bool track_running_stats = true;
        bool frozen = false;  ///< eval-mode arithmetic in train mode; buffers and counter stay
    };
    explicit BatchNorm2d(const Options& options);

    std::string kind() const override { return "BatchNorm2d"; }
    std::string detail() const override;
    Shape output_shape(const Shape& input) const override;
    /// Throws InputError in PyTorch's words if statistics of one value per channel are asked for.
    const Tensor<S>& forward(const Tensor<S>& x, const Pass& pass) override;
    /// Train mode: dx = γ·is·(g − dβ/n − x̂·dγ/n). Eval mode or frozen: dx = γ·is·g.
    const Tensor<S>& backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) override;
    std::vector<Parameter<S>*> parameters() override;
    /// running_mean, running_var, num_batches_tracked; none without track_running_stats.
    std::vector<Buffer<S>> buffers() override;
    /// γ 1, β 0 and reset_running_stats().
    void reset(std::uint64_t seed) override;
    std::unique_ptr<Module<S>> clone() const override;

    /// running_mean 0, running_var 1, num_batches_tracked 0.
    void reset_running_stats();

    const Options& options() const { return m_options; }
    void set_momentum(std::optional<double> momentum) { m_options.momentum = momentum; }
    void set_eps(double eps) { m_options.eps = eps; }

    std::int64_t channels() const override { return m_options.channels; }
    std::span<const S> weight() const override { return m_weight.value; }
    std::span<const S> bias() const override { return m_bias.value; }
    /// Buffers; empty without track_running_stats.
    std::span<S> running_mean() { return m_running_mean; }
    std::span<const S> running_mean() const { return m_running_mean; }
    std::span<S> running_var() { return m_running_var; }
    std::span<const S> running_var() const { return m_running_var; }
    std::int64_t num_batches_tracked() const { return m_num_batches_tracked; }
    void set_num_batches_tracked(std::int64_t count) { m_num_batches_tracked = count; }

    /// Mean and biased variance of the last batch that went through in train mode (frozen included).
    std::span<const double> batch_mean() const { return m_batch_mean; }
    std::span<const double> batch_var() const { return m_batch_var; }
    /// Output of the last forward pass.
    const Tensor<S>& output() const { return m_output; }

   private:
    void check_batch(const Shape& shape) const;
    void measure_batch(const Tensor<S>& x, ThreadPool& pool);
    void update_running_stats(std::int64_t n);
    /// Sets m_mean and m_inv_std from the batch or from the buffers.
    void choose_statistics(bool of_batch);
    void normalize(const Tensor<S>& x, ThreadPool& pool);
    /// dβ = Σg and dγ = Σg·x̂ per channel, in double.
    void sum_gradients(const Tensor<S>& gradient, ThreadPool& pool);
    void write_input_gradient(const Tensor<S>& gradient, ThreadPool& pool);
    S weight_of(std::int64_t channel) const { return m_options.affine ? m_weight.value[channel] : S{1}; }
    /// x̂ = (x − μ)·is with μ in two parts, so that a large mean costs no digits.
    S normalized(S x, std::int64_t channel) const {
        return ((x - m_mean[channel]) - m_mean_rest[channel]) * m_inv_std[channel];
    }

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
    AlignedVector<S> m_mean;       ///< μ rounded to S …
    AlignedVector<S> m_mean_rest;  ///< … and what the rounding left
    AlignedVector<S> m_inv_std;
    Tensor<S> m_output;

    Tensor<S> m_input_gradient;
    std::vector<double> m_weight_gradient;
    std::vector<double> m_bias_gradient;
};

}  // namespace normscope::nn
