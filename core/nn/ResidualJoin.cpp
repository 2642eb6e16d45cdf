#include "core/nn/ResidualJoin.h"

namespace normscope::nn {
namespace {

kernels::NormBranch branch_of(const FusedChain& chain, std::int64_t n, std::int64_t group) {
    if (!chain.last_norm()) return {nullptr, chain.last_z().image(n), nullptr, nullptr};
    kernels::NormChannels& norm = chain.last_norm()->channels();
    return {&norm.coefficients(), chain.last_z().image(n), norm.gradient_sums(group), norm.gradient_products(group)};
}

/// visit(image, group, area of an image) for all images, on all threads.
template <class Visit>
void for_each_image(const Shape& shape, const Pass& pass, const Visit& visit) {
    const kernels::NormArea area{shape.h, shape.w, shape.c, true};
    pass.pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(shape.n, group);
        for (std::int64_t n = begin; n < end; ++n) visit(n, group, area);
    });
}

}  // namespace

kernels::NormBranch ResidualJoin::main_branch(std::int64_t n, std::int64_t group) const {
    return branch_of(m_main, n, group);
}

kernels::NormBranch ResidualJoin::other_branch(std::int64_t n, std::int64_t group) const {
    if (m_shortcut) return branch_of(*m_shortcut, n, group);
    return {nullptr, m_input->image(n), nullptr, nullptr};
}

void ResidualJoin::forward(const Tensor<float>& x, const Pass& pass, Tensor<float>& y) {
    m_input = &x;
    y.resize(m_main.forward_to_last_norm(x, pass).shape());
    if (m_shortcut) m_shortcut->forward_to_last_norm(x, pass);
    for_each_image(y.shape(), pass, [&](std::int64_t n, std::int64_t group, const kernels::NormArea& area) {
        kernels::normalize_add_relu(area, main_branch(n, group), other_branch(n, group), y.image(n));
    });
}

const Tensor<float>& ResidualJoin::backward(Tensor<float>& y, const Tensor<float>& gradient, const Pass& pass,
                                            bool input_gradient, Tensor<float>& dx) {
    Tensor<float>& sum_gradient = y;
    for (const FusedChain* chain : {&m_main, m_shortcut}) {
        if (chain && chain->last_norm()) chain->last_norm()->begin_backward();
    }
    for_each_image(y.shape(), pass, [&](std::int64_t n, std::int64_t group, const kernels::NormArea& area) {
        kernels::add_relu_backward(area, main_branch(n, group), other_branch(n, group), y.image(n), gradient.image(n),
                                   sum_gradient.image(n));
    });
    if (!m_shortcut) {
        // The identity's gradient is there already: the other branch adds to it.
        m_main.backward_from_last_norm(sum_gradient, pass, input_gradient ? &sum_gradient : nullptr, true);
        return sum_gradient;
    }
    m_shortcut->backward_from_last_norm(sum_gradient, pass, input_gradient ? &dx : nullptr, false);
    m_main.backward_from_last_norm(sum_gradient, pass, input_gradient ? &dx : nullptr, true);
    return dx;
}

}  // namespace normscope::nn
