// The networks a recipe can name.
#pragma once

#include "core/nn/Network.h"
#include "core/recipe/Recipe.h"

#include <span>
#include <string_view>
#include <vector>

namespace normscope::nn {

/// simple, vgg, resnet, variable-input, image-classifier, mlp, plain, custom.
std::span<const std::string_view> model_names();

/// The layers of the network `recipe.name`, with its widths and depth; for "custom" recipe.layers. `image` matters to
/// "plain" only, which pools while the maps are large. Throws InputError for an unknown name and for widths or a depth
/// that the network does not have.
///
///   simple            conv-norm-act-pool with 16 and 32 channels (depth: convolutions a stage, 1), linear
///   vgg               the same with 32 and 64 channels and depth 2 (after Simonyan and Zisserman 2015)
///   resnet            conv-norm-act, stages of residual blocks with 16, 32 and 64 channels (depth: blocks a stage, 1),
///                     the later ones beginning with stride 2 and a 1×1 convolution with norm as shortcut, global mean,
///                     linear (after He et al. 2016)
///   variable-input    conv-norm-act with 16 and 32 channels, a pool between them, means over 7×7 windows, linear: one
///                     network takes images of any size
///   image-classifier  7×7 convolution with stride 2 and 32 channels, norm, act, 3×3 max pool with stride 2, means over
///                     7×7 windows, linear: the windows are single pixels at 28×28, and the linear layer has the same
///                     size for larger images
///   mlp               flatten, then linear-norm-act of 128 features, linear
///   plain             12 (8 to 20) 3×3 conv-norm-act with 32 channels, a pool behind every third while the maps are
///                     larger than 7, global mean, linear: deep enough to need normalization
std::vector<LayerRecipe> layers_of(const ModelRecipe& recipe, const Shape& image = {0, 28, 28, 1});

/// Builds the network `recipe.name` for images (H, W, C) and this many classes, without initial values: call reset().
/// Throws InputError for an unknown name, images it cannot take, or more memory than the machine has for training with
/// batches of `batch_size`.
template <class S>
Network<S> make_network(const ModelRecipe& recipe, const Shape& image, std::int64_t classes,
                        std::int64_t batch_size = 1);

}  // namespace normscope::nn
