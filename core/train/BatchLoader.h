// Images to tensors.
#pragma once

#include "core/parallel/ThreadPool.h"
#include "core/recipe/Recipe.h"
#include "core/tensor/Tensor.h"
#include "core/train/Dataset.h"

#include <cstdint>
#include <span>
#include <vector>

namespace normscope {

/// One batch: images (N, H, W, C), normalized, and their classes.
struct ImageBatch {
    Tensor<float> images;
    std::vector<std::int64_t> labels;
};

/// Reads the images with these indices and normalizes each channel: (pixel − mean) / std.
void load_batch(const Dataset& data, std::span<const std::int64_t> indices, const DataRecipe& recipe, ThreadPool& pool,
                ImageBatch& batch);

}  // namespace normscope
