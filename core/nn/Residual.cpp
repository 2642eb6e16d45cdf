#include "core/nn/Residual.h"

#include "core/kernels/Elementwise.h"
#include "core/nn/ReLU.h"
#include "core/nn/ResidualJoin.h"

namespace normscope::nn {
namespace {

template <class S>
void add(const Tensor<S>& a, const Tensor<S>& b, Tensor<S>& sum, const Pass& pass) {
    sum.resize(a.shape());
    pass.pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(a.shape().size(), group);
        if constexpr (std::is_same_v<S, float>) {
            if (pass.kernels != Kernels::reference) {
                return kernels::add(a.data() + begin, b.data() + begin, end - begin, sum.data() + begin);
            }
        }
        for (std::int64_t i = begin; i < end; ++i) sum.data()[i] = a.data()[i] + b.data()[i];
    });
}

}  // namespace

template <class S>
Residual<S>::Residual(std::vector<NamedModule<S>> main, std::vector<NamedModule<S>> shortcut,
                      std::vector<NamedModule<S>> after)
    : m_main(std::move(main)), m_shortcut(std::move(shortcut)), m_after(std::move(after)) {}

template <class S>
Residual<S>::~Residual() = default;

template <class S>
bool Residual<S>::can_join(const Shape& x, const Pass& pass) {
    // An observer wants to see what lies in between: step by step, to the same bits.
    if (pass.observer || !can_rectify_sum(pass)) return false;
    FusedChain* main = m_main.only_chain(x, pass);
    FusedChain* shortcut = m_shortcut.only_chain(x, pass);
    if (!main || !main->ends_with_sum()) return false;
    if (!m_shortcut.layers().empty() && (!shortcut || !shortcut->ends_with_sum())) return false;
    if (!m_join) m_join = std::make_unique<ResidualJoin>(*main, shortcut);
    return true;
}

template <class S>
Shape Residual<S>::output_shape(const Shape& input) const {
    const Shape main = m_main.output_shape(input), shortcut = m_shortcut.output_shape(input);
    if (main != shortcut) {
        throw ShapeError("the residual block adds " + to_string(main) + " and, from its shortcut, " +
                         to_string(shortcut) + ", which must have the same shape");
    }
    return m_after.output_shape(main);
}

template <class S>
const Tensor<S>& Residual<S>::forward(const Tensor<S>& x, const Pass& pass) {
    m_joined = can_join(x.shape(), pass);
    if constexpr (std::is_same_v<S, float>) {
        if (m_joined) {
            m_join->forward(x, pass, m_output);
            return m_output;
        }
    }
    const Tensor<S>& main = m_main.forward(x, pass);
    const Tensor<S>& shortcut = m_shortcut.forward(x, pass);
    m_rectifies = can_rectify_sum(pass);
    if (m_rectifies) return rectify_sum(main, shortcut, pass);
    add(main, shortcut, m_sum, pass);
    return m_after.forward(m_sum, pass);
}

template <class S>
bool Residual<S>::can_rectify_sum(const Pass& pass) const {
    return std::is_same_v<S, float> && pass.kernels != Kernels::reference && m_after.layers().size() == 1 &&
           dynamic_cast<const ReLU<S>*>(m_after.layers()[0].module.get()) != nullptr;
}

template <class S>
const Tensor<S>& Residual<S>::rectify_sum(const Tensor<S>& main, const Tensor<S>& shortcut, const Pass& pass) {
    if constexpr (std::is_same_v<S, float>) {
        m_output.resize(main.shape());
        pass.pool.run(work_groups, [&](std::int64_t group) {
            const auto [begin, end] = work_range(main.shape().size(), group);
            kernels::add_relu(main.data() + begin, shortcut.data() + begin, end - begin, m_output.data() + begin);
        });
        if (pass.observer) {
            add(main, shortcut, m_sum, pass);
            pass.observer->saw_forward(*m_after.layers()[0].module, m_sum, m_output);
        }
    }
    return m_output;
}

template <class S>
const Tensor<S>& Residual<S>::backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) {
    if constexpr (std::is_same_v<S, float>) {
        if (m_joined) {
            const Tensor<S>& dx = m_join->backward(m_output, gradient, pass, input_gradient, m_input_gradient);
            if (input_gradient) return dx;
            m_input_gradient.resize({});
            return m_input_gradient;
        }
    }
    if (m_rectifies) return backward_through_rectifier(gradient, pass, input_gradient);
    return backward_of_branches(m_after.backward(gradient, pass, true), pass, input_gradient);
}

template <class S>
const Tensor<S>& Residual<S>::backward_through_rectifier(const Tensor<S>& gradient, const Pass& pass,
                                                         bool input_gradient) {
    if constexpr (std::is_same_v<S, float>) {
        if (pass.observer) pass.observer->saw_backward(*m_after.layers()[0].module, gradient);
        m_sum_gradient.resize(gradient.shape());
        pass.pool.run(work_groups, [&](std::int64_t group) {
            const auto [begin, end] = work_range(gradient.shape().size(), group);
            kernels::relu_backward(m_output.data() + begin, gradient.data() + begin, end - begin,
                                   m_sum_gradient.data() + begin);
        });
        // The identity's gradient is there already: the other branch adds to it.
        const bool has_identity = m_shortcut.layers().empty();
        if (input_gradient && has_identity && m_main.backward_into(m_sum_gradient, pass, m_sum_gradient, true)) {
            return m_sum_gradient;
        }
    }
    return backward_of_branches(m_sum_gradient, pass, input_gradient);
}

template <class S>
const Tensor<S>& Residual<S>::backward_of_branches(const Tensor<S>& sum_gradient, const Pass& pass,
                                                   bool input_gradient) {
    if (input_gradient && m_shortcut.backward_into(sum_gradient, pass, m_input_gradient, false)) {
        if (m_main.backward_into(sum_gradient, pass, m_input_gradient, true)) return m_input_gradient;
        add(m_main.backward(sum_gradient, pass, true), m_input_gradient, m_input_gradient, pass);
        return m_input_gradient;
    }
    const Tensor<S>& shortcut = m_shortcut.backward(sum_gradient, pass, input_gradient);
    const Tensor<S>& main = m_main.backward(sum_gradient, pass, input_gradient);
    if (input_gradient) {
        add(main, shortcut, m_input_gradient, pass);
    } else {
        m_input_gradient.resize({});
    }
    return m_input_gradient;
}

template <class S>
std::vector<const NamedModule<S>*> Residual<S>::children() const {
    auto children = m_main.children();
    for (const auto* child : m_shortcut.children()) children.push_back(child);
    for (const auto* child : m_after.children()) children.push_back(child);
    return children;
}

template <class S>
std::unique_ptr<Module<S>> Residual<S>::clone() const {
    const auto copy = [](const Sequential<S>& branch) { return Sequential<S>::clone_layers(branch.layers()); };
    return std::make_unique<Residual>(copy(m_main), copy(m_shortcut), copy(m_after));
}

template class Residual<float>;
template class Residual<double>;

}  // namespace normscope::nn
