#include "core/train/Divergence.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

namespace normscope {
namespace {

using Source = Divergence::Source;

/// Index of the first value that is not finite, or nothing.
std::optional<std::int64_t> first_bad(std::span<const float> values) {
    const auto found = std::ranges::find_if(values, [](float value) { return !std::isfinite(value); });
    if (found == values.end()) return std::nullopt;
    return found - values.begin();
}

std::optional<ChannelIndex> bad_channel(const Tensor<float>& tensor) {
    const auto bad = first_bad(tensor.values());
    if (!bad) return std::nullopt;
    return ChannelIndex{*bad % tensor.shape().c};
}

/// Channel of the first bad value in PyTorch's order.
std::optional<ChannelIndex> bad_channel(const nn::Parameter<float>& parameter, std::span<const float> values) {
    if (all_finite(values)) return std::nullopt;
    const auto bad = first_bad(nn::to_torch_order<float>(parameter, values));
    return ChannelIndex{*bad / (parameter.size() / parameter.dims[0])};
}

/// Statistics beyond float make running statistics that are not finite.
bool fits_float(double value) {
    return std::isfinite(static_cast<float>(value));
}

/// Which of the layers is meant.
class Layers {
   public:
    explicit Layers(const nn::Network<float>& network) : m_leaves(network.leaves()) {}

    Divergence at(Source source, const nn::Module<float>& layer, std::optional<ChannelIndex> channel,
                  std::string tensor = {}) const {
        const auto position = std::ranges::find(m_leaves, &layer) - m_leaves.begin();
        return {.step = {},
                .source = source,
                .layer = layer.name(),
                .layer_index = LayerIndex{position},
                .tensor = std::move(tensor),
                .channel = channel};
    }

    /// In the parameters, in the order in which the layers run.
    std::optional<Divergence> in_parameters(Source source) const {
        for (nn::Module<float>* layer : m_leaves) {
            for (const auto* parameter : layer->parameters()) {
                if (const auto channel = bad_channel(*parameter, parameter->value))
                    return at(source, *layer, channel, parameter->name);
            }
        }
        return std::nullopt;
    }

    std::optional<Divergence> in_gradients_of(const nn::Module<float>& layer) const {
        const auto position = std::ranges::find(m_leaves, &layer);
        for (const auto* parameter : (*position)->parameters()) {
            if (const auto channel = bad_channel(*parameter, parameter->gradient))
                return at(Source::gradient, layer, channel, parameter->name);
        }
        return std::nullopt;
    }

   private:
    const std::vector<nn::Module<float>*>& m_leaves;
};

/// Looks on until it has seen the first bad value.
class OriginSearch : public nn::LayerObserver {
   public:
    explicit OriginSearch(const Layers& layers) : m_layers(layers) {}

    void saw_forward(const nn::Module<float>& layer, const Tensor<float>& x, const Tensor<float>& y) override {
        if (m_found) return;
        if (const auto channel = bad_channel(x)) {
            m_found = m_layers.at(Source::layer_input, layer, channel);
        } else if (const auto made = bad_channel(y)) {
            m_found = m_layers.at(Source::output, layer, made);
        }
    }

    void saw_backward(const nn::Module<float>& layer, const Tensor<float>& gradient) override {
        look_at_last_gradients();
        m_last = &layer;
        if (m_found) return;
        if (const auto channel = bad_channel(gradient)) m_found = m_layers.at(Source::gradient, layer, channel);
    }

    /// A layer's parameters have their gradients once the next layer's turn comes.
    void look_at_last_gradients() {
        if (!m_found && m_last) m_found = m_layers.in_gradients_of(*m_last);
    }

    const std::optional<Divergence>& found() const { return m_found; }

   private:
    const Layers& m_layers;
    const nn::Module<float>* m_last = nullptr;
    std::optional<Divergence> m_found;
};

std::optional<Divergence> in_batch_statistics(const nn::Network<float>& network, const Layers& layers) {
    for (const auto& [position, norm] : network.norm_layers()) {
        for (const auto& statistic : {norm->batch_mean(), norm->batch_var()}) {
            const auto bad = std::ranges::find_if_not(statistic, fits_float);
            if (bad != statistic.end())
                return layers.at(Source::batch_statistics, *norm, ChannelIndex{bad - statistic.begin()});
        }
    }
    return std::nullopt;
}

std::string place_of(const Divergence& divergence) {
    const std::string of_layer = " of '" + divergence.layer + "'";
    switch (divergence.source) {
        case Source::input: return "was in the input images";
        case Source::parameter: return "was in the " + divergence.tensor + of_layer + " before the step";
        case Source::layer_input: return "arose in the input" + of_layer;
        case Source::output: return "arose in the output" + of_layer;
        case Source::batch_statistics: return "arose in the batch statistics" + of_layer;
        case Source::loss: return "arose in the loss";
        case Source::gradient:
            return "arose in the gradient of the " + (divergence.tensor.empty() ? "output" : divergence.tensor) +
                   of_layer;
        case Source::update: return "arose in the update of the " + divergence.tensor + of_layer;
    }
    return {};
}

}  // namespace

std::string sentence(const Divergence& divergence) {
    std::string text = "At step " + std::to_string(divergence.step.value) + " the first value that is not finite " +
                       place_of(divergence);
    if (divergence.channel) text += ", channel " + std::to_string(divergence.channel->value);
    return text + ".";
}

std::string advice(const Divergence& divergence) {
    switch (divergence.source) {
        case Source::input: return "The data set and data.normalize should be looked at.";
        case Source::parameter: return "The weights that the run began with should be looked at.";
        default: return "A smaller learning rate usually helps.";
    }
}

bool all_finite(std::span<const float> values) {
    constexpr std::uint32_t exponent = 0x7f800000U;
    std::uint32_t bad = 0;
    for (const float value : values) bad |= (std::bit_cast<std::uint32_t>(value) & exponent) == exponent ? 1U : 0U;
    return bad == 0;
}

bool is_finite(const nn::Network<float>& network) {
    for (const auto& [position, norm] : network.norm_layers()) {
        if (!std::ranges::all_of(norm->batch_mean(), fits_float) || !std::ranges::all_of(norm->batch_var(), fits_float))
            return false;
    }
    return all_finite(network.parameters().gradients());
}

Divergence find_origin(nn::Network<float>& network, const Tensor<float>& images, const Tensor<float>& loss_gradient,
                       nn::Pass pass) {
    const Layers layers(network);
    if (const auto channel = bad_channel(images)) return {.source = Source::input, .channel = channel};
    if (const auto found = layers.in_parameters(Source::parameter)) return *found;

    OriginSearch search(layers);
    pass.observer = &search;
    pass.update_buffers = false;
    network.forward(images, pass);
    if (search.found()) return *search.found();
    if (const auto found = in_batch_statistics(network, layers)) return *found;
    network.backward(loss_gradient, pass);
    search.look_at_last_gradients();
    return search.found().value_or(Divergence{.source = Source::loss});
}

std::optional<Divergence> find_in_update(const nn::Network<float>& network) {
    if (all_finite(network.parameters().values())) return std::nullopt;
    return Layers(network).in_parameters(Source::update);
}

}  // namespace normscope
