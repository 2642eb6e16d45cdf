// Normalization of each image by its own statistics: what LayerNorm, GroupNorm and InstanceNorm2d share.
#pragma once

#include "core/nn/NormLayer.h"
#include "core/nn/Standardizer.h"

#include <vector>

namespace normscope::nn {

/// The channels of an image fall into groups of C/G; over the m = H·W·C/G values of a group
///
///   y = x̂·γ + β,  x̂ = (x − μ)·is,  is = 1/√(σ² + eps)     with the biased σ² = Σ(x − μ)²/m
///   dx = is·(h − Σh/m − x̂·Σ(h·x̂)/m),  h = γ·g;  dγ = Σ g·x̂ and dβ = Σ g over the images (and pixels)
///
/// in train and eval mode alike, unless a layer says otherwise. G = 1: LayerNorm; G = C: InstanceNorm2d.
/// Sums run in double, in two passes; each image is one thread's work and images are merged in order.
template <class S>
class ImageNorm : public NormLayer<S> {
   public:
    const Tensor<S>& forward(const Tensor<S>& x, const Pass& pass) override;
    const Tensor<S>& backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) override;
    std::vector<Parameter<S>*> parameters() override;
    /// γ 1, β 0.
    void reset(std::uint64_t seed) override;

    std::int64_t channels() const override { return m_channels; }
    double eps() const override { return m_eps; }
    void set_eps(double eps) override { m_eps = eps; }
    bool frozen_affine() const override { return !m_weight.trainable; }
    void set_frozen_affine(bool frozen) override { m_weight.trainable = m_bias.trainable = !frozen; }
    std::span<const S> weight() const override { return m_weight.value; }
    std::span<const S> bias() const override { return m_bias.value; }

   protected:
    struct Extent {
        std::int64_t channels;
        std::int64_t groups;
        double eps;
        bool affine;
        Shape elements;  ///< γ and β have one value for each of them; c only: one a channel
    };
    explicit ImageNorm(const Extent& extent);

    /// Mean and biased variance of the last pass's images by group, image after image.
    struct Moments {
        std::vector<double> mean;
        std::vector<double> var;
    };

    /// Throws InputError if this batch cannot be normalized.
    virtual void check_batch(const Shape& /*shape*/, Mode /*mode*/) const {}
    /// Statistics that stand in for those of every image in this mode, by channel, or null.
    virtual const Moments* fixed_moments(Mode /*mode*/) { return nullptr; }
    /// After a pass that measured.
    virtual void saw_moments(const Shape& /*shape*/, const Moments& /*moments*/, const Pass& /*pass*/) {}

   private:
    bool elementwise() const { return m_weight.layout == Layout::plain_hwc; }
    std::int64_t group_channels() const { return m_channels / m_groups; }
    void measure_image(const Tensor<S>& x, std::int64_t n, std::vector<double>& scratch);
    void standardize_image(const Tensor<S>& x, std::int64_t n);
    /// dx of one image, and its Σg and Σ g·x̂ by channel.
    void backpropagate_image(const Tensor<S>& gradient, std::int64_t n, bool input_gradient,
                             InputGradientTerms<S>& terms);
    InputGradientTerms<S>& fill_terms(std::int64_t n, const double* sum, const double* projection,
                                      InputGradientTerms<S>& terms) const;
    void write_channel_gradients();
    void write_element_gradients(const Tensor<S>& gradient, ThreadPool& pool);

    std::int64_t m_channels;
    std::int64_t m_groups;
    double m_eps;
    bool m_affine;
    Parameter<S> m_weight;
    Parameter<S> m_bias;

    // Of the last forward pass.
    const Tensor<S>* m_input = nullptr;
    bool m_measured = false;
    Moments m_moments;
    StandardizerTable<S> m_standardizers;  ///< one an image
    Tensor<S> m_output;

    Tensor<S> m_input_gradient;
    std::vector<double> m_sums;  ///< by image: Σh of all channels, then Σ h·x̂
};

}  // namespace normscope::nn
