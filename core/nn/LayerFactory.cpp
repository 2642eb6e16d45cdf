#include "core/nn/LayerFactory.h"

#include "core/Error.h"
#include "core/io/MessageText.h"
#include "core/nn/AdaptiveAvgPool2d.h"
#include "core/nn/AvgPool2d.h"
#include "core/nn/BatchNorm1d.h"
#include "core/nn/Conv2d.h"
#include "core/nn/Dropout.h"
#include "core/nn/Flatten.h"
#include "core/nn/GroupNorm.h"
#include "core/nn/InstanceNorm2d.h"
#include "core/nn/LayerNorm.h"
#include "core/nn/LeakyReLU.h"
#include "core/nn/Linear.h"
#include "core/nn/MaxPool2d.h"
#include "core/nn/NormNoise.h"
#include "core/nn/ReLU.h"
#include "core/nn/Sigmoid.h"
#include "core/recipe/NearestName.h"

#include <array>

namespace normscope::nn {
namespace {

constexpr std::array<std::string_view, 19> words{
    "Conv2d",      "Linear",      "ReLU",      "Sigmoid",        "LeakyReLU", "MaxPool2d",  "AvgPool2d",
    "Dropout",     "Flatten",     "LayerNorm", "InstanceNorm2d", "GroupNorm", "Sequential", "AdaptiveAvgPool2d",
    "BatchNorm2d", "BatchNorm1d", "Residual",  "norm",           "activation"};

constexpr std::int64_t most_channels = 65536;
constexpr std::int64_t largest_window = 1024;

void check_range(std::string_view name, std::int64_t value, std::int64_t minimum, std::int64_t maximum) {
    if (value >= minimum && value <= maximum) return;
    throw InputError(std::string(name) + " must be from " + std::to_string(minimum) + " to " + std::to_string(maximum) +
                     ", not " + std::to_string(value));
}

void need_maps(std::string_view kind, const Flow& at) {
    if (at.is_vector) {
        throw ShapeError(std::string(kind) + " needs feature maps, got vectors of input size " + to_string(at.shape));
    }
}

[[noreturn]] void refuse_word(const std::string& word) {
    const auto nearest = nearest_name(word, words);
    throw InputError("there is no layer " + io::in_quotes(word, 64) +
                     (nearest ? "; did you mean " + io::in_quotes(*nearest) + "?" : ""));
}

}  // namespace

std::span<const std::string_view> layer_words() {
    return words;
}

template <class S>
std::string LayerFactory<S>::stem_of(const LayerRecipe& layer) const {
    const std::string& word = layer.layer;
    if (word == "norm") return m_model.norm.type == "batch" ? "bn" : "norm";
    if (word == "activation") return m_model.activation == "relu" ? "relu" : "act";
    if (word == "Conv2d") return "conv";
    if (word == "Linear") return "linear";
    if (word == "ReLU") return "relu";
    if (word == "Sigmoid" || word == "LeakyReLU") return "act";
    if (word == "Flatten") return "flatten";
    if (word == "Dropout") return "dropout";
    if (word == "MaxPool2d" || word == "AvgPool2d" || word == "AdaptiveAvgPool2d") return "pool";
    if (word == "BatchNorm2d" || word == "BatchNorm1d") return "bn";
    if (word == "Sequential") return "block";
    if (word == "Residual") return "layer";
    if (word == "LayerNorm" || word == "InstanceNorm2d" || word == "GroupNorm") return "norm";
    refuse_word(word);
}

template <class S>
std::unique_ptr<Module<S>> LayerFactory<S>::make(const LayerRecipe& layer, const Flow& at, bool before_linear) const {
    const std::string& word = layer.layer;
    if (word == "norm") return make_norm(at);
    if (word == "activation") return make_activation(m_model.activation, layer.negative_slope);
    if (word == "Conv2d") return make_conv(layer, at);
    if (word == "Linear") return make_linear(layer, at);
    if (word == "ReLU") return make_activation("relu", 0);
    if (word == "Sigmoid") return make_activation("sigmoid", 0);
    if (word == "LeakyReLU") return make_activation("leaky_relu", layer.negative_slope);
    if (word == "MaxPool2d" || word == "AvgPool2d" || word == "AdaptiveAvgPool2d") return make_pool(layer, at);
    if (word == "Dropout") return std::make_unique<Dropout<S>>(layer.p);
    if (word == "Flatten") {
        return std::make_unique<Flatten<S>>(before_linear ? FlattenOrder::memory : FlattenOrder::torch);
    }
    if (word == "BatchNorm2d") {
        need_maps(word, at);
        return make_batch_norm(at);
    }
    if (word == "BatchNorm1d") {
        if (!at.is_vector) {
            throw ShapeError("BatchNorm1d needs vectors, got feature maps of input size " + to_string(at.shape) +
                             "; BatchNorm2d takes them");
        }
        return make_batch_norm(at);
    }
    if (word == "LayerNorm") return make_layer_norm(at);
    if (word == "InstanceNorm2d") return make_instance_norm(at);
    if (word == "GroupNorm") return make_group_norm(at, layer.num_groups > 0 ? layer.num_groups : m_model.norm.groups);
    refuse_word(word);
}

template <class S>
std::unique_ptr<Module<S>> LayerFactory<S>::make_conv(const LayerRecipe& layer, const Flow& at) const {
    need_maps("Conv2d", at);
    check_range("out_channels", layer.out_channels, 1, most_channels);
    check_range("kernel_size", layer.kernel_size, 1, largest_window);
    check_range("stride", layer.stride, 0, largest_window);
    check_range("padding", layer.padding, 0, largest_window);
    return std::make_unique<Conv2d<S>>(typename Conv2d<S>::Options{.in_channels = at.shape.c,
                                                                   .out_channels = layer.out_channels,
                                                                   .kernel = layer.kernel_size,
                                                                   .stride = layer.stride > 0 ? layer.stride : 1,
                                                                   .padding = layer.padding,
                                                                   .bias = layer.bias && m_model.conv_bias});
}

template <class S>
std::unique_ptr<Module<S>> LayerFactory<S>::make_linear(const LayerRecipe& layer, const Flow& at) const {
    if (!at.is_vector) {
        throw ShapeError("Linear needs vectors, got feature maps of input size " + to_string(at.shape) +
                         "; put a Flatten in front of it");
    }
    check_range("out_features", layer.out_features, 0, most_channels);
    return std::make_unique<Linear<S>>(
        typename Linear<S>::Options{.in_features = at.shape.c,
                                    .out_features = layer.out_features > 0 ? layer.out_features : m_classes,
                                    .flattened = at.flattened,
                                    .bias = layer.bias});
}

template <class S>
std::unique_ptr<Module<S>> LayerFactory<S>::make_pool(const LayerRecipe& layer, const Flow& at) const {
    need_maps(layer.layer, at);
    if (layer.layer == "AdaptiveAvgPool2d") {
        check_range("output_size", layer.output_size, 1, largest_window);
        return std::make_unique<AdaptiveAvgPool2d<S>>(layer.output_size, layer.output_size);
    }
    check_range("kernel_size", layer.kernel_size, 1, largest_window);
    check_range("stride", layer.stride, 0, largest_window);
    check_range("padding", layer.padding, 0, largest_window);
    const PoolOptions options{.kernel = layer.kernel_size, .stride = layer.stride, .padding = layer.padding};
    if (layer.layer == "AvgPool2d") return std::make_unique<AvgPool2d<S>>(options);
    return std::make_unique<MaxPool2d<S>>(options);
}

template <class S>
std::unique_ptr<Module<S>> LayerFactory<S>::make_activation(const std::string& word, double negative_slope) const {
    if (word == "relu") return std::make_unique<ReLU<S>>();
    if (word == "sigmoid") return std::make_unique<Sigmoid<S>>();
    if (word == "leaky_relu") return std::make_unique<LeakyReLU<S>>(negative_slope);
    throw InputError("model.activation must be relu, sigmoid or leaky_relu, not " + io::in_quotes(word, 64));
}

template <class S>
std::unique_ptr<Module<S>> LayerFactory<S>::make_norm(const Flow& at) const {
    const std::string& type = m_model.norm.type;
    if (type == "none") return nullptr;
    if (type == "batch") return make_batch_norm(at);
    if (type == "group") return make_group_norm(at, m_model.norm.groups);
    if (type == "instance") return make_instance_norm(at);
    // Per image with γ and β per channel, so that maps may have any size.
    if (type == "layer") return at.is_vector ? make_layer_norm(at) : make_group_norm(at, 1);
    throw InputError("model.norm.type must be batch, none, layer, instance or group, not " + io::in_quotes(type, 64));
}

template <class S>
std::unique_ptr<Module<S>> LayerFactory<S>::make_batch_norm(const Flow& at) const {
    const NormRecipe& norm = m_model.norm;
    const typename BatchNorm2d<S>::Options options{.channels = at.shape.c,
                                                   .eps = norm.eps,
                                                   .momentum = norm.momentum,
                                                   .affine = norm.affine,
                                                   .track_running_stats = norm.track_running_stats,
                                                   .frozen = norm.frozen,
                                                   .frozen_affine = norm.frozen_affine,
                                                   .ghost_batches = norm.ghost_batches};
    if (at.is_vector) return std::make_unique<BatchNorm1d<S>>(options);
    return std::make_unique<BatchNorm2d<S>>(options);
}

template <class S>
std::unique_ptr<Module<S>> LayerFactory<S>::make_layer_norm(const Flow& at) const {
    auto layer = std::make_unique<LayerNorm<S>>(typename LayerNorm<S>::Options{
        .normalized_shape = at.shape, .eps = m_model.norm.eps, .affine = m_model.norm.affine});
    layer->set_frozen_affine(m_model.norm.frozen_affine);
    return layer;
}

template <class S>
std::unique_ptr<Module<S>> LayerFactory<S>::make_group_norm(const Flow& at, std::int64_t groups) const {
    auto layer = std::make_unique<GroupNorm<S>>(typename GroupNorm<S>::Options{
        .channels = at.shape.c, .groups = groups, .eps = m_model.norm.eps, .affine = m_model.norm.affine});
    layer->set_frozen_affine(m_model.norm.frozen_affine);
    return layer;
}

template <class S>
std::unique_ptr<Module<S>> LayerFactory<S>::make_instance_norm(const Flow& at) const {
    if (at.is_vector) {
        throw InputError(
            "InstanceNorm2d normalizes feature maps one by one, and a vector has only one value a channel; choose "
            "another norm for vectors");
    }
    auto layer = std::make_unique<InstanceNorm2d<S>>(typename InstanceNorm2d<S>::Options{
        .channels = at.shape.c, .eps = m_model.norm.eps, .affine = m_model.norm.affine});
    layer->set_frozen_affine(m_model.norm.frozen_affine);
    return layer;
}

template <class S>
std::unique_ptr<Module<S>> LayerFactory<S>::make_noise() const {
    if (m_model.norm.type != "batch" || m_model.norm.noise == 0) return nullptr;
    return std::make_unique<NormNoise<S>>(m_model.norm.noise);
}

template class LayerFactory<float>;
template class LayerFactory<double>;

}  // namespace normscope::nn
