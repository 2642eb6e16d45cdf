// Numbers per channel of a batch norm: statistics, coefficients, sums by work group.
#pragma once

#include "core/kernels/Normalization.h"
#include "core/parallel/ThreadPool.h"
#include "core/tensor/AlignedVector.h"

#include <span>
#include <vector>

namespace normscope::kernels {

/// What a batch norm keeps besides its parameters. All memory is taken by the constructor. Work groups
/// add to sums of their own at the same time; merging them in order gives the same bits with any
/// number of threads.
///
/// One step: clear_moments(), add_moments() for all pixels, merge_moments(), set_statistics(); then
/// normalize with coefficients(). Backward: clear_gradients(), sums of add_gradient_sums() into
/// gradient_sums(group) …, merge_gradients(), set_gradient_means().
class NormChannels {
   public:
    explicit NormChannels(std::int64_t channels);

    std::int64_t channels() const { return m_channels; }
    const NormCoefficients& coefficients() const { return m_coefficients; }

    void clear_moments();
    /// Adds pixels of `channels` contiguous values to the sums of a group.
    void add_moments(std::int64_t group, const float* x, std::int64_t pixels);
    /// Mean and biased variance per channel of all that was added, by Chan's formula in double. Returns
    /// the number of pixels; without any, mean and var are left alone.
    std::int64_t merge_moments(std::span<double> mean, std::span<double> var);

    /// γ and β may be empty: 1 and 0. `of_batch`: a constant channel without eps becomes β, not NaN.
    void set_statistics(std::span<const double> mean, std::span<const double> var, std::span<const float> gamma,
                        std::span<const float> beta, double eps, bool of_batch);

    void clear_gradients();
    double* gradient_sums(std::int64_t group);      ///< of g
    double* gradient_products(std::int64_t group);  ///< of g·(x − μ)
    /// dβ = Σg and dγ = is·Σg·(x − μ).
    void merge_gradients(std::span<double> dgamma, std::span<double> dbeta) const;
    /// The means over n pixels that backward subtracts; n = 0: none, for fixed statistics.
    void set_gradient_means(std::span<const double> dgamma, std::span<const double> dbeta, std::int64_t n);

   private:
    struct GroupMoments {
        std::int64_t count = 0;
        float* shift = nullptr;
        double* sums = nullptr;
        double* squares = nullptr;
    };

    std::int64_t m_channels;
    std::int64_t m_padded;
    AlignedVector<float> m_floats;
    AlignedVector<double> m_doubles;
    NormCoefficients m_coefficients{};
    std::vector<double> m_inv_std;
    std::vector<GroupMoments> m_moments;
};

}  // namespace normscope::kernels
