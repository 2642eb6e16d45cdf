#include "core/nn/Network.h"

#include "core/Error.h"

#include <algorithm>
#include <map>

namespace normscope::nn {

template <class S>
Network<S>::Network(std::string name, std::vector<Layer> layers, const Shape& image)
    : m_name(std::move(name)), m_image{0, image.h, image.w, image.c}, m_layers(std::move(layers)) {
    Shape shape{1, image.h, image.w, image.c};
    for (const Layer& layer : m_layers) {
        try {
            shape = layer.module->output_shape(shape);
        } catch (const ShapeError& error) {
            throw ShapeError("layer '" + layer.name + "': " + error.what());
        }
    }
    bind();
}

template <class S>
Network<S>::Network(const Network& other) : m_name(other.m_name), m_image(other.m_image) {
    for (const Layer& layer : other.m_layers) m_layers.push_back({layer.name, layer.module->clone()});
    bind();
    std::ranges::copy(other.m_parameters.values(), m_parameters.values().begin());
}

template <class S>
Network<S>& Network<S>::operator=(const Network& other) {
    if (this != &other) *this = Network(other);
    return *this;
}

template <class S>
void Network<S>::bind() {
    std::vector<Parameter<S>*> parameters;
    m_norm_layers.clear();
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
        std::ranges::copy(m_layers[i].module->parameters(), std::back_inserter(parameters));
        if (auto* norm = dynamic_cast<BatchNorm2d<S>*>(m_layers[i].module.get())) m_norm_layers.emplace_back(i, norm);
    }
    m_parameters = ParameterArena<S>(parameters);
}

template <class S>
void Network<S>::reset(std::uint64_t seed) {
    for (Layer& layer : m_layers) layer.module->reset(seed, layer.name);
}

template <class S>
const Tensor<S>& Network<S>::forward(const Tensor<S>& x, const Pass& pass) {
    const Tensor<S>* current = &x;
    for (Layer& layer : m_layers) current = &layer.module->forward(*current, pass);
    return *current;
}

template <class S>
void Network<S>::backward(const Tensor<S>& gradient, const Pass& pass) {
    const Tensor<S>* current = &gradient;
    for (std::size_t i = m_layers.size(); i-- > 0;) current = &m_layers[i].module->backward(*current, pass, i > 0);
}

template <class S>
std::vector<StateTensor<S>> Network<S>::state() const {
    std::vector<StateTensor<S>> state;
    for (const Layer& layer : m_layers) {
        for (const Parameter<S>* parameter : layer.module->parameters()) {
            state.push_back({.name = layer.name + "." + parameter->name,
                             .dims = parameter->dims,
                             .values = to_torch_order<S>(*parameter, parameter->value)});
        }
        const auto* norm = dynamic_cast<const BatchNorm2d<S>*>(layer.module.get());
        if (!norm || !norm->options().track_running_stats) continue;
        const auto mean = norm->running_mean(), var = norm->running_var();
        const std::vector<std::int64_t> dims{norm->options().channels};
        state.push_back({.name = layer.name + ".running_mean", .dims = dims, .values = {mean.begin(), mean.end()}});
        state.push_back({.name = layer.name + ".running_var", .dims = dims, .values = {var.begin(), var.end()}});
        state.push_back(
            {.name = layer.name + ".num_batches_tracked", .count = norm->num_batches_tracked(), .is_count = true});
    }
    return state;
}

template <class S>
void Network<S>::load_state(const std::vector<StateTensor<S>>& state) {
    std::map<std::string, const StateTensor<S>*> given;
    for (const auto& tensor : state) given[tensor.name] = &tensor;

    std::string problems;
    const auto complain = [&problems](const std::string& what) { problems += (problems.empty() ? "" : "; ") + what; };
    for (const auto& wanted : this->state()) {
        const auto found = given.find(wanted.name);
        if (found == given.end()) {
            if (!wanted.is_count) complain("missing '" + wanted.name + "'");
            continue;
        }
        if (found->second->dims != wanted.dims || found->second->is_count != wanted.is_count) {
            complain("'" + wanted.name + "' has another shape than the network's");
        }
        given.erase(found);
    }
    for (const auto& [name, tensor] : given) complain("unexpected '" + name + "'");
    if (!problems.empty()) throw InputError("the state does not fit the network '" + m_name + "': " + problems + ".");

    for (const auto& tensor : state) given[tensor.name] = &tensor;
    for (Layer& layer : m_layers) {
        for (Parameter<S>* parameter : layer.module->parameters()) {
            from_torch_order<S>(*parameter, given.at(layer.name + "." + parameter->name)->values, parameter->value);
        }
        auto* norm = dynamic_cast<BatchNorm2d<S>*>(layer.module.get());
        if (!norm || !norm->options().track_running_stats) continue;
        std::ranges::copy(given.at(layer.name + ".running_mean")->values, norm->running_mean().begin());
        std::ranges::copy(given.at(layer.name + ".running_var")->values, norm->running_var().begin());
        const auto count = given.find(layer.name + ".num_batches_tracked");
        norm->set_num_batches_tracked(count == given.end() ? 0 : count->second->count);
    }
}

template class Network<float>;
template class Network<double>;

}  // namespace normscope::nn
