// The layers of a custom network as JSON: an array of objects, each named by its word in "layer".
#pragma once

#include "core/recipe/Recipe.h"

#include <span>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace normscope {

/// How deep layers may stand within layers, and how many there may be in all.
inline constexpr std::size_t max_layer_depth = 8;
inline constexpr std::size_t max_layers = 500;

/// The words that LayerRecipe::layer may be.
std::span<const std::string_view> layer_words();

/// Layers from an array such as [{"layer": "Conv2d", "out_channels": 16, "kernel_size": 3}, {"layer": "norm"}]. Keys
/// are PyTorch's argument names with its defaults; each word takes keys of its own. null stands for what LayerRecipe
/// writes as 0 (or an empty name): out_features for the number of classes, stride for the word's default, num_groups
/// for model.norm.groups. Throws PlacedError with a sentence that begins with a path such as
/// "model.layers[3].kernel_size" for unknown words and keys, missing keys, values out of range, equal names side by
/// side, and too many layers.
std::vector<LayerRecipe> checked_layers(const nlohmann::ordered_json& value, std::string_view path);

/// Every key that each layer takes; checked_layers() gives equal layers. Unknown words are written by name only.
nlohmann::ordered_json layers_to_json(std::span<const LayerRecipe> layers);

}  // namespace normscope
