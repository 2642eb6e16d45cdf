// Every network and every norm option, small enough to be exported by the hundred.
#pragma once

#include "app/exports/ExportModel.h"
#include "core/nn/Models.h"
#include "tests/core/train/SyntheticDataset.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace normscope::testing {

struct NetworkCase {
    std::string name;
    std::function<void(ModelRecipe&)> change;
    std::int64_t height = 12;
    std::int64_t width = 12;
};

struct NormCase {
    std::string name;
    std::function<void(ModelRecipe&)> change;
};

/// A network with a layer of every kind, some of them under odd names.
std::vector<LayerRecipe> layers_of_every_kind();
/// Norms of maps of one pixel, and vectors that are flattened again.
std::vector<LayerRecipe> layers_on_single_pixels();

inline const std::vector<NetworkCase>& network_cases() {
    const auto named = [](const char* name, std::vector<std::int64_t> widths, std::int64_t depth = 0) {
        return [=](ModelRecipe& model) {
            model.name = name;
            model.widths = widths;
            model.depth = depth;
        };
    };
    static const std::vector<NetworkCase> cases{
        {"simple", named("simple", {4, 6})},
        {"simple, not square", named("simple", {4, 6}), 13, 10},
        {"vgg", named("vgg", {4, 6})},
        {"resnet", named("resnet", {4, 6, 8})},
        {"resnet, three blocks a stage", named("resnet", {4, 6}, 3)},
        {"variable-input, larger than the windows", named("variable-input", {4, 6}), 24, 19},
        {"variable-input, whole windows", named("variable-input", {4, 6}), 28, 28},
        {"variable-input, smaller than the windows", named("variable-input", {4, 6})},
        {"image-classifier", named("image-classifier", {6})},
        {"image-classifier, 28", named("image-classifier", {6}), 28, 28},
        {"mlp", named("mlp", {16})},
        {"mlp, deep", named("mlp", {16, 8})},
        {"plain", named("plain", {4})},
        {"custom",
         [](ModelRecipe& model) {
             model.name = "custom";
             model.layers = layers_of_every_kind();
         }},
        {"custom, single pixels",
         [](ModelRecipe& model) {
             model.name = "custom";
             model.layers = layers_on_single_pixels();
         }},
    };
    return cases;
}

inline const std::vector<NormCase>& norm_cases() {
    static const std::vector<NormCase> cases{
        {"default", [](ModelRecipe&) {}},
        {"cumulative", [](ModelRecipe& m) { m.norm.momentum = std::nullopt; }},
        {"large eps",
         [](ModelRecipe& m) {
             m.norm.eps = 0.03;
             m.norm.momentum = 0.3;
         }},
        {"not affine", [](ModelRecipe& m) { m.norm.affine = false; }},
        {"frozen", [](ModelRecipe& m) { m.norm.frozen = true; }},
        {"frozen affine", [](ModelRecipe& m) { m.norm.frozen_affine = true; }},
        {"ghost batches", [](ModelRecipe& m) { m.norm.ghost_batches = 2; }},
        {"noise", [](ModelRecipe& m) { m.norm.noise = 1; }},
        {"after activation", [](ModelRecipe& m) { m.norm_position = "after_activation"; }},
        {"no convolution bias", [](ModelRecipe& m) { m.conv_bias = false; }},
        {"sigmoid", [](ModelRecipe& m) { m.activation = "sigmoid"; }},
        {"leaky", [](ModelRecipe& m) { m.activation = "leaky_relu"; }},
        {"none", [](ModelRecipe& m) { m.norm.type = "none"; }},
        {"layer", [](ModelRecipe& m) { m.norm.type = "layer"; }},
        {"layer, not affine, large eps",
         [](ModelRecipe& m) {
             m.norm.type = "layer";
             m.norm.affine = false;
             m.norm.eps = 0.03;
         }},
        {"instance", [](ModelRecipe& m) { m.norm.type = "instance"; }},
        {"instance, not affine",
         [](ModelRecipe& m) {
             m.norm.type = "instance";
             m.norm.affine = false;
         }},
        {"group", [](ModelRecipe& m) { m.norm.type = "group"; }},
        {"group, after activation",
         [](ModelRecipe& m) {
             m.norm.type = "group";
             m.norm_position = "after_activation";
         }},
    };
    return cases;
}

inline std::vector<LayerRecipe> layers_of_every_kind() {
    const auto layer = [](const char* word, const auto&... changes) {
        LayerRecipe recipe;
        recipe.layer = word;
        (changes(recipe), ...);
        return recipe;
    };
    const auto maps = [](std::int64_t channels, std::int64_t kernel) {
        return [=](LayerRecipe& r) {
            r.out_channels = channels;
            r.kernel_size = kernel;
            r.padding = kernel / 2;
        };
    };
    const auto window = [](std::int64_t kernel, std::int64_t stride, std::int64_t padding) {
        return [=](LayerRecipe& r) {
            r.kernel_size = kernel;
            r.stride = stride;
            r.padding = padding;
        };
    };
    const auto called = [](const char* name) { return [=](LayerRecipe& r) { r.name = name; }; };
    LayerRecipe inner = layer("Residual", called("inner"));
    inner.layers = {layer("Conv2d", maps(6, 3)), layer("norm"), layer("activation")};
    LayerRecipe block = layer("Residual", called("lambda"));  // a word of Python
    block.layers = {layer("Conv2d", maps(6, 3)), layer("norm"), inner};
    block.shortcut = {layer("Conv2d", maps(6, 1)), layer("GroupNorm", [](LayerRecipe& r) { r.num_groups = 3; })};
    block.after = {layer("LeakyReLU", [](LayerRecipe& r) { r.negative_slope = 0.2; })};
    LayerRecipe plain = layer("Residual");  // nothing but the identity twice
    LayerRecipe group = layer("Sequential", called("2_stages"));
    group.layers = {layer("Conv2d", maps(4, 5), [](LayerRecipe& r) { r.bias = false; }), layer("InstanceNorm2d"),
                    layer("Sigmoid"), layer("AvgPool2d", window(3, 2, 1))};
    return {layer("Conv2d", maps(4, 3), called("__first")),
            layer("norm", called("class")),
            layer("activation"),
            layer("MaxPool2d", window(3, 2, 1)),
            group,
            block,
            plain,
            layer("LayerNorm"),
            layer("AvgPool2d", window(2, 1, 0)),
            layer("Dropout", [](LayerRecipe& r) { r.p = 0.25; }),
            layer("Flatten"),
            layer("LayerNorm"),
            layer("BatchNorm1d"),
            layer("ReLU"),
            layer("Linear",
                  [](LayerRecipe& r) {
                      r.out_features = 8;
                      r.bias = false;
                  }),
            layer("GroupNorm", [](LayerRecipe& r) { r.num_groups = 4; }),
            layer("Sigmoid"),
            layer("Linear")};
}

inline std::vector<LayerRecipe> layers_on_single_pixels() {
    std::vector<LayerRecipe> layers;
    for (const char* word : {"Conv2d", "norm", "AdaptiveAvgPool2d", "LayerNorm", "activation", "BatchNorm2d", "Flatten",
                             "LayerNorm", "Flatten", "Sigmoid", "Linear"}) {
        layers.emplace_back().layer = word;
    }
    layers.front().out_channels = 6;
    layers.front().kernel_size = 3;
    return layers;
}

/// Parameters and buffers as a trained network might have them, from a seed.
inline void randomize(nn::Network<float>& network, std::uint64_t seed) {
    network.reset(seed);
    auto state = network.state();
    std::uint32_t number = static_cast<std::uint32_t>(seed) * 2654435761U + 1;
    const auto next = [&number] {
        number = number * 1664525U + 1013904223U;
        return static_cast<float>(number >> 8U) * 0x1p-24F;
    };
    for (auto& tensor : state) {
        if (tensor.is_count) tensor.count = 17;
        const bool is_weight_of_norm =
            tensor.name.ends_with(".weight") && tensor.dims.size() != 2 && !(tensor.dims.size() == 4);
        const bool is_positive = tensor.name.ends_with(".running_var") || is_weight_of_norm;
        const bool is_shift = tensor.name.ends_with(".running_mean") || tensor.name.ends_with(".bias");
        for (float& value : tensor.values) {
            if (is_positive) value = 0.3F + next();
            if (is_shift) value = next() - 0.5F;
        }
    }
    network.load_state(state);
}

/// False where this network does not go with these norms.
inline bool can_be_built(const NetworkCase& network, const NormCase& norm) {
    return !(network.name.starts_with("mlp") && norm.name.starts_with("instance"));
}

/// Images of noise.
class NoiseImages : public Dataset {
   public:
    NoiseImages(std::int64_t images, std::int64_t height, std::int64_t width, std::int64_t channels)
        : m_images(images), m_height(height), m_width(width), m_channels(channels) {}
    std::int64_t size() const override { return m_images; }
    std::int64_t height() const override { return m_height; }
    std::int64_t width() const override { return m_width; }
    std::int64_t channels() const override { return m_channels; }
    void read_image(std::int64_t index, std::span<float> pixels) const override {
        RandomStream noise(3, "noise", static_cast<std::uint64_t>(index));
        for (float& pixel : pixels) pixel = noise.uniform();
    }
    std::int64_t label(std::int64_t index) const override { return index % 2; }
    const std::vector<std::string>& class_names() const override { return m_class_names; }
    const std::string& name() const override { return m_name; }

   private:
    std::int64_t m_images, m_height, m_width, m_channels;
    std::vector<std::string> m_class_names{"even", "odd"};
    std::string m_name = "Noise";
};

inline constexpr std::int64_t export_classes = 5, export_channels = 2;

inline exports::ExportModel export_case(const NetworkCase& network, const NormCase& norm, std::uint64_t seed = 1) {
    Recipe recipe;
    recipe.data.mean = {0.3, 0.4};
    recipe.data.std = {0.25, 0.3};
    recipe.model.norm.groups = 2;
    network.change(recipe.model);
    norm.change(recipe.model);
    DataDescription data{"dots", network.height, network.width, export_channels, {}};
    for (std::int64_t i = 0; i < export_classes; ++i) data.class_names.push_back("class " + std::to_string(i));
    auto built = nn::make_network<float>(recipe.model, data.image_shape(), export_classes);
    randomize(built, seed);
    return {std::move(built), recipe, StepIndex{12}, data};
}

}  // namespace normscope::testing
