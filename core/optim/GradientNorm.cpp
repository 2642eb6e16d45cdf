#include "core/optim/GradientNorm.h"

#include <array>
#include <cmath>
#include <numeric>

namespace normscope::optim {
namespace {

/// In eight partial sums, so that it can be vectorized.
template <class S>
double sum_of_squares(std::span<const S> values) {
    constexpr std::size_t lanes = 8;
    std::array<double, lanes> sums{};
    std::size_t i = 0;
    for (; i + lanes <= values.size(); i += lanes) {
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            const auto value = static_cast<double>(values[i + lane]);
            sums[lane] += value * value;
        }
    }
    for (; i < values.size(); ++i) sums[0] += static_cast<double>(values[i]) * static_cast<double>(values[i]);
    return std::accumulate(sums.begin(), sums.end(), 0.0);
}

}  // namespace

template <class S>
double gradient_norm(const nn::ParameterArena<S>& parameters) {
    double sum = 0;
    for (const auto* parameter : parameters.parameters()) {
        if (parameter->trainable) sum += sum_of_squares<S>(parameter->gradient);
    }
    return std::sqrt(sum);
}

template <class S>
void clip_gradient(nn::ParameterArena<S>& parameters, double norm, double longest) {
    const double factor = longest / (norm + 1e-6);
    if (factor >= 1) return;
    for (S& gradient : parameters.gradients()) gradient = static_cast<S>(gradient * factor);
}

template double gradient_norm(const nn::ParameterArena<float>&);
template double gradient_norm(const nn::ParameterArena<double>&);
template void clip_gradient(nn::ParameterArena<float>&, double, double);
template void clip_gradient(nn::ParameterArena<double>&, double, double);

}  // namespace normscope::optim
