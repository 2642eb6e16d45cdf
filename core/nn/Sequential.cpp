#include "core/nn/Sequential.h"

#include "core/nn/FusionPlan.h"

namespace normscope::nn {

template <class S>
Sequential<S>::Sequential() = default;

template <class S>
Sequential<S>::Sequential(std::vector<NamedModule<S>> layers) : m_layers(std::move(layers)) {}

template <class S>
Sequential<S>::~Sequential() = default;

template <class S>
Shape Sequential<S>::output_shape(const Shape& input) const {
    Shape shape = input;
    for (const auto& layer : m_layers) {
        try {
            shape = layer.module->output_shape(shape);
        } catch (const ShapeError& error) {
            throw ShapeError("layer '" + layer.name + "': " + error.what());
        }
    }
    return shape;
}

template <class S>
const Tensor<S>& Sequential<S>::forward(const Tensor<S>& x, const Pass& pass) {
    m_used_plan = std::is_same_v<S, float> && pass.kernels != Kernels::reference;
    if constexpr (std::is_same_v<S, float>) {
        if (m_used_plan && !m_plan) m_plan = std::make_unique<FusionPlan>(m_layers);
        if (m_used_plan) return m_plan->forward(x, pass);
    }
    const Tensor<S>* current = &x;
    for (auto& layer : m_layers) current = &run_forward(*layer.module, *current, pass);
    return *current;
}

template <class S>
const Tensor<S>& Sequential<S>::backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) {
    if constexpr (std::is_same_v<S, float>) {
        if (m_used_plan) return m_plan->backward(gradient, pass, input_gradient);
    }
    const Tensor<S>* current = &gradient;
    for (std::size_t i = m_layers.size(); i-- > 0;) {
        current = &run_backward(*m_layers[i].module, *current, pass, input_gradient || i > 0);
    }
    return *current;
}

template <class S>
bool Sequential<S>::backward_into(const Tensor<S>& gradient, const Pass& pass, Tensor<S>& dx, bool accumulate) {
    if constexpr (std::is_same_v<S, float>) {
        if (!m_used_plan || !m_plan->was_one_chain()) return false;
        m_plan->backward_into(gradient, pass, dx, accumulate);
        return true;
    } else {
        return false;
    }
}

template <class S>
FusedChain* Sequential<S>::only_chain(const Shape& x, const Pass& pass) {
    if constexpr (std::is_same_v<S, float>) {
        if (pass.kernels == Kernels::reference) return nullptr;
        if (!m_plan) m_plan = std::make_unique<FusionPlan>(m_layers);
        FusedChain* chain = m_plan->only_chain();
        return chain && chain->can_run(x, pass) ? chain : nullptr;
    } else {
        return nullptr;
    }
}

template <class S>
std::vector<const NamedModule<S>*> Sequential<S>::children() const {
    std::vector<const NamedModule<S>*> children;
    for (const auto& layer : m_layers) children.push_back(&layer);
    return children;
}

template <class S>
std::vector<NamedModule<S>> Sequential<S>::clone_layers(const std::vector<NamedModule<S>>& layers) {
    std::vector<NamedModule<S>> copies;
    for (const auto& layer : layers) copies.push_back({layer.name, layer.module->clone()});
    return copies;
}

template class Sequential<float>;
template class Sequential<double>;

}  // namespace normscope::nn
