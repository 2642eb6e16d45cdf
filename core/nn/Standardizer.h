// The arithmetic that all norm layers share: moments, x̂ = (x − μ)·is and the gradient through it.
#pragma once

#include "core/tensor/AlignedVector.h"

#include <cmath>
#include <cstdint>

namespace normscope::nn {

/// μ and is = 1/√(σ² + eps) by channel. A view.
template <class S>
struct Standardizer {
    const S* mean;       ///< μ rounded to S …
    const S* mean_rest;  ///< … and what the rounding left, so that a large mean costs no digits
    const S* inv_std;

    /// x̂ of one value.
    S operator()(S x, std::int64_t channel) const {
        return ((x - mean[channel]) - mean_rest[channel]) * inv_std[channel];
    }
};

/// The standardizers of a pass: one for a batch, one a shard or one an image.
template <class S>
class StandardizerTable {
   public:
    void resize(std::int64_t sets, std::int64_t channels) {
        m_channels = channels;
        const auto size = static_cast<std::size_t>(sets * channels * 3);
        if (m_values.size() < size) m_values.resize(size);
    }
    /// A constant channel without eps is to become β, as in PyTorch, and not NaN: is = 0 there if the statistics are
    /// those `of_batch`.
    void set(std::int64_t set, std::int64_t channel, double mean, double var, double eps, bool of_batch) {
        S* values = m_values.data() + set * m_channels * 3 + channel;
        values[0] = static_cast<S>(mean);
        values[m_channels] = static_cast<S>(mean - values[0]);
        const bool is_constant = of_batch && var + eps == 0;
        values[2 * m_channels] = is_constant ? S{0} : static_cast<S>(1.0 / std::sqrt(var + eps));
    }
    Standardizer<S> operator[](std::int64_t set) const {
        const S* values = m_values.data() + set * m_channels * 3;
        return {values, values + m_channels, values + 2 * m_channels};
    }

   private:
    std::int64_t m_channels = 0;
    AlignedVector<S> m_values;
};

/// sum[c] += Σ x over `pixels` pixels.
template <class S>
void add_values(const S* x, std::int64_t pixels, std::int64_t channels, double* __restrict sum) {
    for (std::int64_t pixel = 0; pixel < pixels; ++pixel, x += channels) {
        for (std::int64_t c = 0; c < channels; ++c) sum[c] += x[c];
    }
}

/// sum[c] += Σ (x − μ)²
template <class S>
void add_squared_deviations(const S* x, std::int64_t pixels, std::int64_t channels, const double* mean,
                            double* __restrict sum) {
    for (std::int64_t pixel = 0; pixel < pixels; ++pixel, x += channels) {
        for (std::int64_t c = 0; c < channels; ++c) sum[c] += (x[c] - mean[c]) * (x[c] - mean[c]);
    }
}

/// y = x̂·γ + β, or x̂ without γ.
template <class S>
void standardize(const S* x, std::int64_t pixels, std::int64_t channels, const Standardizer<S>& of, const S* weight,
                 const S* bias, S* __restrict y) {
    for (std::int64_t pixel = 0; pixel < pixels; ++pixel, x += channels, y += channels) {
        if (weight) {
            for (std::int64_t c = 0; c < channels; ++c) y[c] = of(x[c], c) * weight[c] + bias[c];
        } else {
            for (std::int64_t c = 0; c < channels; ++c) y[c] = of(x[c], c);
        }
    }
}

/// sum[c] += Σ h and projection[c] += Σ h·x̂ of h = γ·g, or g without γ.
template <class S>
void add_gradients(const S* g, const S* x, std::int64_t pixels, std::int64_t channels, const Standardizer<S>& of,
                   const S* weight, double* __restrict sum, double* __restrict projection) {
    for (std::int64_t pixel = 0; pixel < pixels; ++pixel, g += channels, x += channels) {
        for (std::int64_t c = 0; c < channels; ++c) {
            const double h = weight ? static_cast<double>(g[c]) * weight[c] : static_cast<double>(g[c]);
            sum[c] += h;
            projection[c] += h * of(x[c], c);
        }
    }
}

/// What dx is made of, by channel.
template <class S>
struct InputGradientTerms {
    explicit InputGradientTerms(std::int64_t channels)
        : factor(channels), mean_gradient(channels), mean_projection(channels) {}

    AlignedVector<S> factor;
    AlignedVector<S> mean_gradient;    ///< zero where the statistics do not depend on x
    AlignedVector<S> mean_projection;  ///< the same
};

/// dx = factor·(h − mean gradient − x̂·mean projection) of h = γ·g, or g without γ.
template <class S>
void write_input_gradient(const S* g, const S* x, std::int64_t pixels, std::int64_t channels, const Standardizer<S>& of,
                          const S* weight, const InputGradientTerms<S>& terms, S* __restrict dx) {
    const S* factor = terms.factor.data();
    const S* mean_gradient = terms.mean_gradient.data();
    const S* mean_projection = terms.mean_projection.data();
    for (std::int64_t pixel = 0; pixel < pixels; ++pixel, g += channels, x += channels, dx += channels) {
        for (std::int64_t c = 0; c < channels; ++c) {
            const S h = weight ? weight[c] * g[c] : g[c];
            dx[c] = factor[c] * (h - mean_gradient[c] - of(x[c], c) * mean_projection[c]);
        }
    }
}

}  // namespace normscope::nn
