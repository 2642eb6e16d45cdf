#include "core/nn/NormNoise.h"

#include "core/Error.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numbers>

namespace normscope::nn {
namespace {

constexpr double paper_mean_range = 0.5;       // n_μ
constexpr double paper_scale_range = 0.25;     // n_σ − 1
constexpr double paper_mean_spread = 0.1;      // r_μ
constexpr double paper_scale_deviation = 0.1;  // r_σ

/// Standard normal numbers, two at a time (Box and Muller 1958).
class NormalPairs {
   public:
    explicit NormalPairs(RandomStream& stream) : m_stream(stream) {}

    float next() {
        m_has_second = !m_has_second;
        if (!m_has_second) return m_second;
        const float radius = std::sqrt(-2.0F * std::log(1.0F - m_stream.uniform()));
        const float angle = 2.0F * std::numbers::pi_v<float> * m_stream.uniform();
        m_second = radius * std::sin(angle);
        return radius * std::cos(angle);
    }

   private:
    RandomStream& m_stream;
    bool m_has_second = false;
    float m_second = 0;
};

}  // namespace

template <class S>
NormNoise<S>::NormNoise(double strength) : m_strength(strength) {
    if (!(strength >= 0) || !std::isfinite(strength)) {
        throw InputError("NormNoise: the strength must be a number from 0 on.");
    }
}

template <class S>
std::string NormNoise<S>::detail() const {
    std::array<char, 32> text{};
    return "strength " +
           std::string(text.data(), std::to_chars(text.data(), text.data() + text.size(), m_strength).ptr);
}

template <class S>
const Tensor<S>& NormNoise<S>::forward(const Tensor<S>& x, const Pass& pass) {
    const Shape& shape = x.shape();
    m_output.resize(shape);
    m_noisy = pass.mode == Mode::train;
    if (!m_noisy) {
        std::ranges::copy(x.values(), m_output.data());
        return m_output;
    }
    m_scales.resize(shape);
    const std::string stream_name = "noise/" + this->name() + "/" + std::to_string(pass.random.draw);
    std::vector<S> means(shape.c), scales(shape.c);
    RandomStream of_channels(pass.random.seed, stream_name, 0);
    for (std::int64_t c = 0; c < shape.c; ++c) {
        means[c] = static_cast<S>(m_strength * paper_mean_range * (2.0 * of_channels.uniform() - 1.0));
        scales[c] = static_cast<S>(1.0 + m_strength * paper_scale_range * of_channels.uniform());
    }
    const S spread = static_cast<S>(m_strength * paper_mean_spread);
    const S deviation = static_cast<S>(m_strength * paper_scale_deviation);
    pass.pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(shape.n, group);
        for (std::int64_t n = begin; n < end; ++n) {
            RandomStream stream(pass.random.seed, stream_name, static_cast<std::uint64_t>(n) + 1);
            NormalPairs normal(stream);
            for (std::int64_t i = 0; i < shape.image_size(); ++i) {
                const auto c = i % shape.c;
                const S mean = means[c] + spread * (S{2} * stream.uniform() - S{1});
                const S scale = scales[c] + deviation * normal.next();
                m_scales.image(n)[i] = scale;
                m_output.image(n)[i] = scale * x.image(n)[i] + mean;
            }
        }
    });
    return m_output;
}

template <class S>
const Tensor<S>& NormNoise<S>::backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) {
    m_input_gradient.resize(input_gradient ? gradient.shape() : Shape{});
    pass.pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(m_input_gradient.shape().size(), group);
        for (std::int64_t i = begin; i < end; ++i) {
            const S g = gradient.data()[i];
            m_input_gradient.data()[i] = m_noisy ? m_scales.data()[i] * g : g;
        }
    });
    return m_input_gradient;
}

template class NormNoise<float>;
template class NormNoise<double>;

}  // namespace normscope::nn
