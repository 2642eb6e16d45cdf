// Noise behind a norm layer that undoes what it is said to be for.
#pragma once

#include "core/nn/Module.h"

namespace normscope::nn {

/// Santurkar, Tsipras, Ilyas and Mądry 2018, "How does batch normalization help optimization?", algorithm 1 of the
/// appendix: each step and channel has a distribution of its own, from which each value draws its noise,
///
///   μ ~ U(−n_μ, n_μ),  σ ~ U(1, n_σ);   m ~ U(μ − r_μ, μ + r_μ),  s ~ N(σ, r_σ);   y = s·x + m,  dx = s·g
///
/// with the paper's n_μ = 0.5, n_σ = 1.25, r_μ = r_σ = 0.1 at strength 1; `strength` scales n_μ, n_σ − 1, r_μ and r_σ.
/// r_σ is a standard deviation. Train mode only; eval mode: y = x. Draws from the streams "noise/" + name() + "/" +
/// draw, number 0 for the channels and 1 + n for image n: the same with any number of threads.
template <class S>
class NormNoise : public Module<S> {
   public:
    /// Throws InputError for a strength that is negative or not finite.
    explicit NormNoise(double strength = 1);

    std::string kind() const override { return "NormNoise"; }
    std::string detail() const override;
    Shape output_shape(const Shape& input) const override { return input; }
    const Tensor<S>& forward(const Tensor<S>& x, const Pass& pass) override;
    const Tensor<S>& backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) override;
    std::unique_ptr<Module<S>> clone() const override { return std::make_unique<NormNoise>(m_strength); }

    double strength() const { return m_strength; }

   private:
    double m_strength;
    bool m_noisy = false;  ///< the last pass
    Tensor<S> m_scales;    ///< s
    Tensor<S> m_output;
    Tensor<S> m_input_gradient;
};

}  // namespace normscope::nn
