// Whether data, recipe and network fit together.
#pragma once

#include "core/nn/Network.h"
#include "core/recipe/Recipe.h"
#include "core/train/Dataset.h"

namespace normscope {

/// Shape of one image, as (0, H, W, C).
Shape image_shape(const Dataset& data);

/// Throws InputError unless there are images to train on, and one mean and standard deviation for each of their
/// channels.
void check_train_images(const DataSplit& data, const Recipe& recipe);

/// The evaluation images may have another size than the training images if the network takes them all the same: one
/// that averages its maps to a fixed size does. Throws InputError if it does not, for another number of channels, and
/// for classes that were not trained.
void check_eval_images(const DataSplit& data, const nn::Network<float>& network);

}  // namespace normscope
