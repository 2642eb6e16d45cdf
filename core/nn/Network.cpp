#include "core/nn/Network.h"

#include "core/Error.h"

#include <algorithm>
#include <functional>
#include <map>

namespace normscope::nn {
namespace {

/// All modules below `container`, outer ones before those inside, each under its full name.
template <class S>
void collect(const Module<S>& container, const std::string& prefix, std::vector<Module<S>*>& modules) {
    for (const NamedModule<S>* child : container.children()) {
        child->module->set_name(prefix + child->name);
        modules.push_back(child->module.get());
        collect(*child->module, prefix + child->name + ".", modules);
    }
}

}  // namespace

template <class S>
Network<S>::Network(std::string name, std::vector<Layer> layers, const Shape& image)
    : m_name(std::move(name)),
      m_image{0, image.h, image.w, image.c},
      m_chain(std::make_unique<Sequential<S>>(std::move(layers))) {
    m_chain->output_shape({1, image.h, image.w, image.c});
    bind();
}

template <class S>
Network<S>::Network(const Network& other)
    : m_name(other.m_name),
      m_image(other.m_image),
      m_chain(std::make_unique<Sequential<S>>(Sequential<S>::clone_layers(other.layers()))) {
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
    m_modules.clear();
    m_leaves.clear();
    m_norm_layers.clear();
    m_image_norm_layers.clear();
    collect(*m_chain, "", m_modules);
    std::vector<Parameter<S>*> parameters;
    for (Module<S>* module : m_modules) {
        std::ranges::copy(module->parameters(), std::back_inserter(parameters));
        if (!module->children().empty()) continue;
        const auto position = static_cast<std::int64_t>(m_leaves.size());
        if (auto* batch_norm = dynamic_cast<BatchNorm2d<S>*>(module)) {
            m_norm_layers.emplace_back(position, batch_norm);
        } else if (auto* image_norm = dynamic_cast<NormLayer<S>*>(module)) {
            m_image_norm_layers.emplace_back(position, image_norm);
        }
        m_leaves.push_back(module);
    }
    m_parameters = ParameterArena<S>(parameters);
}

template <class S>
void Network<S>::reset(std::uint64_t seed) {
    for (Module<S>* module : m_modules) module->reset(seed);
}

template <class S>
const Tensor<S>& Network<S>::forward(const Tensor<S>& x, const Pass& pass) {
    return m_chain->forward(x, pass);
}

template <class S>
void Network<S>::backward(const Tensor<S>& gradient, const Pass& pass) {
    m_chain->backward(gradient, pass, false);
}

template <class S>
std::vector<StateTensor<S>> Network<S>::state() const {
    std::vector<StateTensor<S>> state;
    for (Module<S>* module : m_modules) {
        for (const Parameter<S>* parameter : module->parameters()) {
            state.push_back({.name = module->name() + "." + parameter->name,
                             .dims = parameter->dims,
                             .values = to_torch_order<S>(*parameter, parameter->value)});
        }
        for (const Buffer<S>& buffer : module->buffers()) {
            StateTensor<S> tensor{.name = module->name() + "." + buffer.name, .dims = buffer.dims};
            tensor.is_count = buffer.count != nullptr;
            if (buffer.count) tensor.count = *buffer.count;
            if (!buffer.count) tensor.values.assign(buffer.value.begin(), buffer.value.end());
            state.push_back(std::move(tensor));
        }
    }
    return state;
}

template <class S>
std::vector<std::string> Network<S>::load_state(const std::vector<StateTensor<S>>& state) {
    std::map<std::string, const StateTensor<S>*> given;
    for (const auto& tensor : state) given[tensor.name] = &tensor;

    std::string problems;
    std::vector<std::string> counted_as_zero;
    const auto complain = [&problems](const std::string& what) { problems += (problems.empty() ? "" : "; ") + what; };
    for (const auto& wanted : this->state()) {
        const auto found = given.find(wanted.name);
        if (found == given.end()) {
            if (wanted.is_count) counted_as_zero.push_back(wanted.name);
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
    for (Module<S>* module : m_modules) {
        for (Parameter<S>* parameter : module->parameters()) {
            from_torch_order<S>(*parameter, given.at(module->name() + "." + parameter->name)->values, parameter->value);
        }
        for (const Buffer<S>& buffer : module->buffers()) {
            const auto found = given.find(module->name() + "." + buffer.name);
            if (buffer.count) *buffer.count = found == given.end() ? 0 : found->second->count;
            if (!buffer.count) std::ranges::copy(found->second->values, buffer.value.begin());
        }
    }
    return counted_as_zero;
}

template class Network<float>;
template class Network<double>;

}  // namespace normscope::nn
