// Count, mean and squared deviations of the values of each channel.
#pragma once

#include "core/parallel/ThreadPool.h"
#include "core/tensor/Tensor.h"

#include <cstdint>
#include <vector>

namespace normscope::instruments {

/// Of `count` values per channel: mean μ and m2 = Σ(x − μ)², in double.
struct ChannelMoments {
    std::int64_t count = 0;
    std::vector<double> mean;
    std::vector<double> m2;

    /// σ² = m2 / count, the variance that train mode normalizes with.
    double biased_var(std::size_t channel) const { return m2[channel] / static_cast<double>(count); }

    /// Makes it the moments of both sets of values together (Chan, Golub and LeVeque 1983):
    ///   n = nₐ + n_b,  δ = μ_b − μₐ,  μ = μₐ + δ·n_b/n,  m2 = m2ₐ + m2_b + δ²·nₐ·n_b/n
    /// Empty moments may be of no channels.
    void merge(const ChannelMoments& other);
};

/// Of all N·H·W values per channel of a batch (N, H, W, C), in two passes. The same bits for any number of threads.
template <class S>
ChannelMoments channel_moments(const Tensor<S>& x, ThreadPool& pool);

}  // namespace normscope::instruments
