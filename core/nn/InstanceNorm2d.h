// Instance normalization (Ulyanov, Vedaldi and Lempitsky 2016), as torch.nn.InstanceNorm2d.
#pragma once

#include "core/nn/ImageNorm.h"

namespace normscope::nn {

/// Over the H·W values of each image and channel; γ and β by channel with affine. With track_running_stats, train mode
/// updates the buffers with the mean over the batch of the images' means and unbiased variances,
///
///   running ← (1 − momentum) · running + momentum · mean over n of statistic[n]
///
/// and eval mode normalizes with them; without, both modes use the image's own statistics.
template <class S>
class InstanceNorm2d : public ImageNorm<S> {
   public:
    struct Options {
        std::int64_t channels = 1;
        double eps = 1e-5;
        double momentum = 0.1;
        bool affine = false;
        bool track_running_stats = false;
    };
    explicit InstanceNorm2d(const Options& options);

    std::string kind() const override { return "InstanceNorm2d"; }
    std::string detail() const override;
    /// Throws ShapeError for another number of channels.
    Shape output_shape(const Shape& input) const override;
    /// running_mean, running_var, num_batches_tracked (which PyTorch 1.13 never counts up); none without tracking.
    std::vector<Buffer<S>> buffers() override;
    /// γ 1, β 0, running_mean 0, running_var 1, num_batches_tracked 0.
    void reset(std::uint64_t seed) override;
    std::unique_ptr<Module<S>> clone() const override;

    const Options& options() const { return m_options; }
    std::span<S> running_mean() { return m_running_mean; }
    std::span<S> running_var() { return m_running_var; }

   protected:
    using typename ImageNorm<S>::Moments;
    /// Maps of one pixel are refused in PyTorch's words where their statistics are needed.
    void check_batch(const Shape& shape, Mode mode) const override;
    const Moments* fixed_moments(Mode mode) override;
    void saw_moments(const Shape& shape, const Moments& moments, const Pass& pass) override;

   private:
    bool measures(Mode mode) const { return mode == Mode::train || !m_options.track_running_stats; }

    Options m_options;
    std::vector<S> m_running_mean;
    std::vector<S> m_running_var;
    std::int64_t m_num_batches_tracked = 0;
    Moments m_fixed;  ///< the buffers in double
};

}  // namespace normscope::nn
