// Images to tensors.
#pragma once

#include "core/parallel/ThreadPool.h"
#include "core/recipe/Recipe.h"
#include "core/tensor/Tensor.h"
#include "core/train/Dataset.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace normscope {

/// One batch: images (N, H, W, C), normalized, and their classes.
struct ImageBatch {
    Tensor<float> images;
    std::vector<std::int64_t> labels;
};

/// Which random changes the images of a training batch get.
struct AugmentSource {
    std::uint64_t seed = 0;
    std::int64_t epoch = 0;
};

/// Reads the images with these indices and normalizes each channel: (pixel − mean) / std. With `augment` each image is
/// changed before that as recipe.augment says: the same image in the same epoch in the same way, whatever the batch
/// size and the number of threads. Evaluations leave it out.
void load_batch(const Dataset& data, std::span<const std::int64_t> indices, const DataRecipe& recipe, ThreadPool& pool,
                ImageBatch& batch, std::optional<AugmentSource> augment = {});

}  // namespace normscope
