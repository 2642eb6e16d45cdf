#include "core/nn/Models.h"

#include "core/Error.h"
#include "core/io/MessageText.h"
#include "core/nn/NetworkBuilder.h"

#include <algorithm>
#include <array>
#include <string>

namespace normscope::nn {
namespace {

using Widths = std::vector<std::int64_t>;
using Layers = std::vector<LayerRecipe>;

constexpr std::array<std::string_view, 8> names{"simple",           "vgg", "resnet", "variable-input",
                                                "image-classifier", "mlp", "plain",  "custom"};
constexpr std::int64_t widest = 4096;
constexpr std::size_t most_stages = 8;

LayerRecipe word(const std::string& layer) {
    LayerRecipe recipe;
    recipe.layer = layer;
    return recipe;
}

LayerRecipe conv(std::int64_t channels, std::int64_t kernel = 3, std::int64_t stride = 1) {
    LayerRecipe recipe = word("Conv2d");
    recipe.out_channels = channels;
    recipe.kernel_size = kernel;
    recipe.stride = stride;
    recipe.padding = kernel / 2;
    return recipe;
}

LayerRecipe max_pool(std::int64_t kernel, std::int64_t stride = 0, std::int64_t padding = 0) {
    LayerRecipe recipe = word("MaxPool2d");
    recipe.kernel_size = kernel;
    recipe.stride = stride;
    recipe.padding = padding;
    return recipe;
}

LayerRecipe mean_to(std::int64_t size) {
    LayerRecipe recipe = word("AdaptiveAvgPool2d");
    recipe.output_size = size;
    return recipe;
}

LayerRecipe linear(std::int64_t features = 0) {
    LayerRecipe recipe = word("Linear");
    recipe.out_features = features;
    return recipe;
}

void add_block(Layers& layers, const LayerRecipe& weighted) {
    layers.push_back(weighted);
    layers.push_back(word("norm"));
    layers.push_back(word("activation"));
}

void add_classifier(Layers& layers) {
    layers.push_back(word("Flatten"));
    layers.push_back(linear());
}

/// The recipe's widths, or the network's own.
Widths widths_of(const ModelRecipe& recipe, Widths own, std::size_t fewest, std::size_t most) {
    const Widths& given = recipe.widths;
    if (given.empty()) return own;
    if (given.size() < fewest || given.size() > most) {
        throw InputError("model.widths: the network '" + recipe.name + "' takes " + std::to_string(fewest) +
                         (most > fewest ? " to " + std::to_string(most) + " numbers" : " number") + ", not " +
                         std::to_string(given.size()) + ".");
    }
    const auto wrong = std::ranges::find_if(given, [](auto width) { return width < 1 || width > widest; });
    if (wrong == given.end()) return given;
    throw InputError("model.widths[" + std::to_string(wrong - given.begin()) + "] must be from 1 to " +
                     std::to_string(widest) + ", not " + std::to_string(*wrong) + ".");
}

/// The recipe's depth, or the network's own.
std::int64_t depth_of(const ModelRecipe& recipe, std::int64_t own, std::int64_t least, std::int64_t most) {
    if (recipe.depth == 0) return own;
    if (recipe.depth >= least && recipe.depth <= most) return recipe.depth;
    throw InputError("model.depth of the network '" + recipe.name + "' must be from " + std::to_string(least) + " to " +
                     std::to_string(most) + ", or 0 for its own " + std::to_string(own) + ", not " +
                     std::to_string(recipe.depth) + ".");
}

void refuse_depth(const ModelRecipe& recipe) {
    if (recipe.depth == 0) return;
    throw InputError("model.depth: the network '" + recipe.name + "' has no depth to set; leave it at 0.");
}

/// simple and vgg: stages of `depth` convolutions and a pool.
Layers stages(const ModelRecipe& recipe, const Widths& own_widths, std::int64_t own_depth) {
    const auto depth = depth_of(recipe, own_depth, 1, 8);
    Layers layers;
    for (const auto width : widths_of(recipe, own_widths, 1, most_stages)) {
        for (std::int64_t i = 0; i < depth; ++i) add_block(layers, conv(width));
        layers.push_back(max_pool(2));
    }
    add_classifier(layers);
    return layers;
}

LayerRecipe residual_block(std::int64_t in, std::int64_t out, std::int64_t stride) {
    LayerRecipe block = word("Residual");
    add_block(block.layers, conv(out, 3, stride));
    block.layers.push_back(conv(out));
    block.layers.push_back(word("norm"));
    if (in != out || stride != 1) block.shortcut = {conv(out, 1, stride), word("norm")};
    block.after = {word("activation")};
    return block;
}

Layers resnet(const ModelRecipe& recipe) {
    const auto widths = widths_of(recipe, {16, 32, 64}, 1, most_stages);
    const auto depth = depth_of(recipe, 1, 1, 16);
    Layers layers;
    add_block(layers, conv(widths.front()));
    std::int64_t channels = widths.front();
    for (std::size_t stage = 0; stage < widths.size(); ++stage) {
        Layers blocks;
        for (std::int64_t i = 0; i < depth; ++i) {
            blocks.push_back(residual_block(channels, widths[stage], stage > 0 && i == 0 ? 2 : 1));
            blocks.back().name = std::to_string(i);
            channels = widths[stage];
        }
        // As in torchvision, layer1.0.conv1, but for a single block layer1.conv1.
        LayerRecipe whole = blocks.front();
        if (depth > 1) {
            whole = word("Sequential");
            whole.layers = blocks;
        }
        whole.name = "layer" + std::to_string(stage + 1);
        layers.push_back(whole);
    }
    layers.push_back(mean_to(1));
    add_classifier(layers);
    return layers;
}

Layers variable_input(const ModelRecipe& recipe) {
    const auto depth = depth_of(recipe, 1, 1, 8);
    const auto widths = widths_of(recipe, {16, 32}, 1, most_stages);
    Layers layers;
    for (std::size_t stage = 0; stage < widths.size(); ++stage) {
        if (stage > 0) layers.push_back(max_pool(2));
        for (std::int64_t i = 0; i < depth; ++i) add_block(layers, conv(widths[stage]));
    }
    layers.push_back(mean_to(7));
    add_classifier(layers);
    return layers;
}

Layers image_classifier(const ModelRecipe& recipe) {
    refuse_depth(recipe);
    Layers layers;
    add_block(layers, conv(widths_of(recipe, {32}, 1, 1).front(), 7, 2));
    layers.push_back(max_pool(3, 2, 1));
    layers.push_back(mean_to(7));
    add_classifier(layers);
    return layers;
}

Layers mlp(const ModelRecipe& recipe) {
    refuse_depth(recipe);
    Layers layers{word("Flatten")};
    for (const auto width : widths_of(recipe, {128}, 1, most_stages)) add_block(layers, linear(width));
    layers.push_back(linear());
    return layers;
}

Layers plain(const ModelRecipe& recipe, const Shape& image) {
    const auto depth = depth_of(recipe, 12, 8, 20);
    const auto width = widths_of(recipe, {32}, 1, 1).front();
    std::int64_t side = std::min(image.h, image.w);
    Layers layers;
    for (std::int64_t i = 1; i <= depth; ++i) {
        add_block(layers, conv(width));
        if (i % 3 != 0 || side <= 7) continue;
        layers.push_back(max_pool(2));
        side /= 2;
    }
    layers.push_back(mean_to(1));
    add_classifier(layers);
    return layers;
}

std::string list_of_names() {
    std::string list;
    for (const auto name : names) list += (list.empty() ? "" : ", ") + std::string(name);
    return list;
}

}  // namespace

std::span<const std::string_view> model_names() {
    return names;
}

Layers layers_of(const ModelRecipe& recipe, const Shape& image) {
    if (recipe.name == "simple") return stages(recipe, {16, 32}, 1);
    if (recipe.name == "vgg") return stages(recipe, {32, 64}, 2);
    if (recipe.name == "resnet") return resnet(recipe);
    if (recipe.name == "variable-input") return variable_input(recipe);
    if (recipe.name == "image-classifier") return image_classifier(recipe);
    if (recipe.name == "mlp") return mlp(recipe);
    if (recipe.name == "plain") return plain(recipe, image);
    if (recipe.name == "custom") return recipe.layers;
    throw InputError("model.name: there is no network " + io::in_quotes(recipe.name, 64) +
                     "; this version has: " + list_of_names() + ".");
}

template <class S>
Network<S> make_network(const ModelRecipe& recipe, const Shape& image, std::int64_t classes, std::int64_t batch_size) {
    return NetworkBuilder<S>(recipe, image, classes, batch_size).build(layers_of(recipe, image));
}

template Network<float> make_network(const ModelRecipe&, const Shape&, std::int64_t, std::int64_t);
template Network<double> make_network(const ModelRecipe&, const Shape&, std::int64_t, std::int64_t);

}  // namespace normscope::nn
