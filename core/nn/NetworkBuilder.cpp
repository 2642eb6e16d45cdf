#include "core/nn/NetworkBuilder.h"

#include "core/Error.h"
#include "core/nn/Flatten.h"
#include "core/nn/LayerNames.h"
#include "core/nn/MemoryEstimate.h"
#include "core/nn/Residual.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace normscope::nn {
namespace {

constexpr int deepest_nesting = 16;
constexpr int most_layers = 2000;

/// A sentence that already says where.
class PlacedError : public InputError {
   public:
    using InputError::InputError;
};

bool is_elementwise(const LayerRecipe& layer) {
    constexpr std::array<std::string_view, 5> words{"activation", "ReLU", "Sigmoid", "LeakyReLU", "Dropout"};
    return std::ranges::find(words, layer.layer) != words.end();
}

/// Only elementwise layers lie between layer i and a Linear layer.
bool leads_to_linear(const std::vector<LayerRecipe>& layers, std::size_t i) {
    do {
        ++i;
    } while (i < layers.size() && is_elementwise(layers[i]));
    return i < layers.size() && layers[i].layer == "Linear";
}

void swap_norms(std::vector<LayerRecipe>& layers) {
    for (std::size_t i = 0; i + 1 < layers.size(); ++i) {
        if (layers[i].layer != "norm" || layers[i + 1].layer != "activation") continue;
        std::swap(layers[i], layers[i + 1]);
        ++i;
    }
    for (LayerRecipe& layer : layers) {
        swap_norms(layer.layers);
        swap_norms(layer.shortcut);
        const bool across_addition = !layer.layers.empty() && layer.layers.back().layer == "norm" &&
                                     !layer.after.empty() && layer.after.front().layer == "activation";
        if (across_addition) {
            layer.after.insert(layer.after.begin() + 1, layer.layers.back());
            layer.layers.pop_back();
        } else {
            swap_norms(layer.after);
        }
    }
}

std::string without_stop(std::string text) {
    if (text.ends_with('.')) text.pop_back();
    return text;
}

}  // namespace

template <class S>
NetworkBuilder<S>::NetworkBuilder(const ModelRecipe& model, const Shape& image, std::int64_t classes,
                                  std::int64_t batch_size)
    : m_model(model),
      m_image{1, image.h, image.w, image.c},
      m_classes(classes),
      m_batch_size(batch_size),
      m_factory(model, classes) {}

template <class S>
Network<S> NetworkBuilder<S>::build(std::vector<LayerRecipe> layers) {
    m_bytes = 0;
    m_layers = 0;
    if (layers.empty()) throw InputError("model.layers must hold at least one layer.");
    if (m_model.norm_position == "after_activation") {
        swap_norms(layers);
    } else if (m_model.norm_position != "before_activation") {
        throw InputError("model.norm_position must be before_activation or after_activation.");
    }
    Flow flow{.shape = m_image};
    LayerNames names({&layers});
    Layers built = build_list(layers, {.path = "model.layers"}, names, flow);
    check_end(flow);
    return Network<S>(m_model.name, std::move(built), m_image);
}

template <class S>
typename NetworkBuilder<S>::Layers NetworkBuilder<S>::build_list(const std::vector<LayerRecipe>& layers,
                                                                 const Place& place, LayerNames& names, Flow& flow) {
    Layers built;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        Place here = place;
        here.path += "[" + std::to_string(i) + "]";
        build_layer(layers[i], here, names, leads_to_linear(layers, i), flow, built);
    }
    return built;
}

template <class S>
void NetworkBuilder<S>::build_layer(const LayerRecipe& layer, const Place& place, LayerNames& names, bool before_linear,
                                    Flow& flow, Layers& built) {
    if (layer.layer == "norm" && m_model.norm.type == "none") return;
    std::string name = layer.name.empty() ? layer.layer : layer.name;
    const auto fail = [&](const char* text, bool of_shape) {
        const std::string full_name = place.prefix + name, reason = without_stop(text);
        const char* stop = reason.ends_with('?') ? "" : ".";
        if (m_model.name == "custom") throw PlacedError(place.path + " '" + full_name + "': " + reason + stop);
        const std::string model = "model '" + m_model.name + "'";
        if (!of_shape) throw PlacedError(model + ", layer '" + full_name + "': " + reason + stop);
        throw PlacedError(model + " cannot take images of " + std::to_string(m_image.w) + "×" +
                          std::to_string(m_image.h) + " pixels: " + reason + " (layer '" + full_name + "').");
    };
    try {
        if (++m_layers > most_layers) throw InputError("a network has at most 2000 layers");
        if (place.depth > deepest_nesting) throw InputError("containers are nested too deeply");
        name = names.name_of(layer, m_factory.stem_of(layer));
        if (layer.layer == "Sequential" || layer.layer == "Residual") {
            const Place inside{place.path, place.prefix + name + ".", place.depth + 1};
            auto container = build_container(layer, inside, flow);
            built.push_back({name, std::move(container)});
            return;
        }
        append(name, m_factory.make(layer, flow, before_linear), flow, built);
        if (layer.layer != "norm") return;
        if (auto noise = m_factory.make_noise()) append(names.next("noise"), std::move(noise), flow, built);
    } catch (const PlacedError&) {
        throw;
    } catch (const ShapeError& error) {
        fail(error.what(), true);
    } catch (const InputError& error) {
        fail(error.what(), false);
    }
}

template <class S>
std::unique_ptr<Module<S>> NetworkBuilder<S>::build_container(const LayerRecipe& layer, const Place& inside,
                                                              Flow& flow) {
    const auto part = [&inside](const char* key) {
        return Place{inside.path + "." + key, inside.prefix, inside.depth};
    };
    if (layer.layer == "Sequential") {
        LayerNames names({&layer.layers});
        return std::make_unique<Sequential<S>>(build_list(layer.layers, part("layers"), names, flow));
    }
    const Flow before = flow;
    LayerNames names({&layer.layers, &layer.after}), shortcut_names({&layer.shortcut});
    Layers main = build_list(layer.layers, part("layers"), names, flow);
    Flow beside = before;
    Layers shortcut = build_list(layer.shortcut, part("shortcut"), shortcut_names, beside);
    // As in torchvision, where the shortcut is a Sequential without names.
    for (std::size_t i = 0; i < shortcut.size(); ++i) shortcut[i].name = "downsample." + std::to_string(i);
    if (flow.shape != beside.shape || flow.is_vector != beside.is_vector) {
        throw ShapeError("the residual block adds " + to_string(flow.shape) + " and, from its shortcut, " +
                         to_string(beside.shape) + ", which must have the same shape");
    }
    Layers after = build_list(layer.after, part("after"), names, flow);
    return std::make_unique<Residual<S>>(std::move(main), std::move(shortcut), std::move(after));
}

template <class S>
void NetworkBuilder<S>::append(std::string name, std::unique_ptr<Module<S>> module, Flow& flow, Layers& built) {
    const Shape input = flow.shape, output = module->output_shape(input);
    charge(*module, input, output);
    const std::string kind = module->kind();
    if (kind == "Flatten") {
        const bool in_memory_order = dynamic_cast<const Flatten<S>&>(*module).order() == FlattenOrder::memory;
        if (!flow.is_vector) flow.flattened = in_memory_order ? input : Shape{};
        flow.is_vector = true;
    } else if (kind == "Linear") {
        flow.flattened = {};
    }
    flow.shape = output;
    built.push_back({std::move(name), std::move(module)});
}

template <class S>
void NetworkBuilder<S>::charge(Module<S>& module, const Shape& input, const Shape& output) {
    double parameters = 0;
    for (const auto* parameter : module.parameters()) {
        double size = 1;
        for (const auto dim : parameter->dims) size *= static_cast<double>(dim);
        parameters += size;
    }
    m_bytes += training_bytes(module.kind(), parameters, input, output, static_cast<double>(m_batch_size), sizeof(S));
    if (m_bytes <= machine_bytes()) return;
    throw InputError("up to here the network would need about " + bytes_text(m_bytes) + " of memory" +
                     (m_batch_size > 1 ? " with " + std::to_string(m_batch_size) + " images a batch" : "") +
                     ", and this machine has " + bytes_text(machine_bytes()));
}

template <class S>
void NetworkBuilder<S>::check_end(const Flow& flow) const {
    if (flow.is_vector && flow.shape.c == m_classes) return;
    throw InputError(
        "model.layers: the network ends in " +
        (flow.is_vector ? std::to_string(flow.shape.c) + " values" : "feature maps of size " + to_string(flow.shape)) +
        ", and " + std::to_string(m_classes) +
        " classes need a last layer of as many: a Flatten and a Linear layer without out_features.");
}

template class NetworkBuilder<float>;
template class NetworkBuilder<double>;

}  // namespace normscope::nn
