#include "core/nn/Dropout.h"

#include "core/Error.h"

#include <array>
#include <charconv>

namespace normscope::nn {
namespace {

std::string text_of(double p) {
    std::array<char, 32> text{};
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), p).ptr};
}

template <class S>
void multiply(const Tensor<S>& a, const Tensor<S>& b, Tensor<S>& product, ThreadPool& pool) {
    product.resize(a.shape());
    pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(a.shape().size(), group);
        for (std::int64_t i = begin; i < end; ++i) product.data()[i] = a.data()[i] * b.data()[i];
    });
}

}  // namespace

template <class S>
Dropout<S>::Dropout(double p) : m_p(p) {
    if (p >= 0 && p <= 1) return;
    throw InputError("Dropout: the probability has to be between 0 and 1, not " + text_of(p) + ".");
}

template <class S>
std::string Dropout<S>::detail() const {
    return "p = " + text_of(m_p);
}

template <class S>
const Tensor<S>& Dropout<S>::forward(const Tensor<S>& x, const Pass& pass) {
    m_factors.resize(x.shape());
    if (pass.mode == Mode::train) {
        draw_factors(x.shape(), pass);
    } else {
        m_factors.fill(S{1});
    }
    multiply(x, m_factors, m_output, pass.pool);
    return m_output;
}

template <class S>
void Dropout<S>::draw_factors(const Shape& shape, const Pass& pass) {
    const std::string stream_name = "dropout/" + this->name() + "/" + std::to_string(pass.random.draw);
    const S kept = m_p < 1 ? static_cast<S>(1 / (1 - m_p)) : S{0};
    pass.pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(shape.n, group);
        for (std::int64_t n = begin; n < end; ++n) {
            RandomStream stream(pass.random.seed, stream_name, static_cast<std::uint64_t>(n));
            S* factors = m_factors.image(n);
            for (std::int64_t i = 0; i < shape.image_size(); ++i) factors[i] = stream.uniform() < m_p ? S{0} : kept;
        }
    });
}

template <class S>
const Tensor<S>& Dropout<S>::backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) {
    if (input_gradient) {
        multiply(gradient, m_factors, m_input_gradient, pass.pool);
    } else {
        m_input_gradient.resize({});
    }
    return m_input_gradient;
}

template class Dropout<float>;
template class Dropout<double>;

}  // namespace normscope::nn
