#include "core/kernels/NormChannels.h"

#include "core/kernels/Correlation.h"

#include <algorithm>
#include <cmath>

namespace normscope::kernels {
namespace {

constexpr std::int64_t coefficient_arrays = 6;

}  // namespace

NormChannels::NormChannels(std::int64_t channels)
    : m_channels(channels),
      m_padded(packed_channels(channels)),
      m_floats((coefficient_arrays + work_groups) * m_padded),
      m_doubles(2 * work_groups * m_padded),
      m_inv_std(channels),
      m_moments(work_groups) {
    const float* coefficient = m_floats.data();
    for (const float** array : {&m_coefficients.mean, &m_coefficients.mean_rest, &m_coefficients.scale,
                                &m_coefficients.shift, &m_coefficients.mean_gradient, &m_coefficients.projection}) {
        *array = coefficient;
        coefficient += m_padded;
    }
    for (std::int64_t group = 0; group < work_groups; ++group) {
        m_moments[group].shift = m_floats.data() + (coefficient_arrays + group) * m_padded;
        m_moments[group].sums = gradient_sums(group);
        m_moments[group].squares = gradient_products(group);
    }
}

double* NormChannels::gradient_sums(std::int64_t group) {
    return m_doubles.data() + 2 * group * m_padded;
}

double* NormChannels::gradient_products(std::int64_t group) {
    return gradient_sums(group) + m_padded;
}

void NormChannels::clear_moments() {
    std::ranges::fill(m_doubles, 0.0);
    for (GroupMoments& of : m_moments) of.count = 0;
}

void NormChannels::add_moments(std::int64_t group, const float* x, std::int64_t pixels) {
    GroupMoments& of = m_moments[group];
    if (pixels == 0) return;
    if (of.count == 0) std::copy_n(x, m_channels, of.shift);  // any value of the channel will do
    kernels::add_moments(x, pixels, m_channels, of.shift, of.sums, of.squares);
    of.count += pixels;
}

std::int64_t NormChannels::merge_moments(std::span<double> mean, std::span<double> var) {
    std::int64_t total = 0;
    const float* origin = nullptr;  // means are kept relative to the first group's shift: a large one costs no digits
    for (const GroupMoments& of : m_moments) {
        if (of.count == 0) continue;
        if (!origin) origin = of.shift;
        const auto before = static_cast<double>(total), count = static_cast<double>(of.count);
        const double both = before + count;
        for (std::int64_t c = 0; c < m_channels; ++c) {
            const double of_shift = of.sums[c] / count;
            const double group_mean = (static_cast<double>(of.shift[c]) - origin[c]) + of_shift;
            const double group_squares = of.squares[c] - of.sums[c] * of_shift;
            if (total == 0) {
                mean[c] = group_mean;
                var[c] = group_squares;
                continue;
            }
            const double delta = group_mean - mean[c];
            mean[c] += delta * (count / both);
            var[c] += group_squares + delta * delta * (before * count / both);
        }
        total += of.count;
    }
    if (total == 0) return 0;
    for (std::int64_t c = 0; c < m_channels; ++c) {
        mean[c] += origin[c];
        var[c] = var[c] < 0 ? 0 : var[c] / static_cast<double>(total);  // NaN stays
    }
    return total;
}

void NormChannels::set_statistics(std::span<const double> mean, std::span<const double> var,
                                  std::span<const float> gamma, std::span<const float> beta, double eps,
                                  bool of_batch) {
    float* values = m_floats.data();
    for (std::int64_t c = 0; c < m_channels; ++c) {
        const bool is_constant = of_batch && var[c] + eps == 0;
        m_inv_std[c] = is_constant ? 0 : 1 / std::sqrt(var[c] + eps);
        const auto rounded_mean = static_cast<float>(mean[c]);
        values[c] = rounded_mean;
        values[m_padded + c] = static_cast<float>(mean[c] - rounded_mean);
        values[2 * m_padded + c] = static_cast<float>((gamma.empty() ? 1.0 : gamma[c]) * m_inv_std[c]);
        values[3 * m_padded + c] = beta.empty() ? 0.0F : beta[c];
    }
}

void NormChannels::clear_gradients() {
    std::ranges::fill(m_doubles, 0.0);
}

void NormChannels::merge_gradients(std::span<double> dgamma, std::span<double> dbeta) const {
    for (std::int64_t c = 0; c < m_channels; ++c) {
        double sum = 0, products = 0;
        for (std::int64_t group = 0; group < work_groups; ++group) {
            sum += m_doubles[2 * group * m_padded + c];
            products += m_doubles[(2 * group + 1) * m_padded + c];
        }
        dbeta[c] = sum;
        dgamma[c] = products * m_inv_std[c];
    }
}

void NormChannels::set_gradient_means(std::span<const double> dgamma, std::span<const double> dbeta, std::int64_t n) {
    float* mean_gradient = m_floats.data() + 4 * m_padded;
    float* projection = mean_gradient + m_padded;
    for (std::int64_t c = 0; c < m_channels; ++c) {
        mean_gradient[c] = n == 0 ? 0.0F : static_cast<float>(dbeta[c] / static_cast<double>(n));
        projection[c] = n == 0 ? 0.0F : static_cast<float>(dgamma[c] * m_inv_std[c] / static_cast<double>(n));
    }
}

}  // namespace normscope::kernels
