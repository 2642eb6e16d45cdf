// Images to tensors.
#pragma once

#include "core/parallel/ThreadPool.h"
#include "core/recipe/Recipe.h"
#include "core/tensor/Tensor.h"
#include "core/train/Augment.h"
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
    friend bool operator==(const AugmentSource&, const AugmentSource&) = default;
};

/// Reads images and normalizes each channel: (pixel − mean) / std. Owns memory to work in.
class BatchLoader {
   public:
    /// The images with these indices. With `augment` each is changed before it is normalized as recipe.augment says:
    /// the same image in the same epoch in the same way, whatever the batch size and the number of threads. Evaluations
    /// leave it out.
    void load(const Dataset& data, std::span<const std::int64_t> indices, const DataRecipe& recipe, ThreadPool& pool,
              ImageBatch& batch, std::optional<AugmentSource> augment = {});

   private:
    /// Mean and 1/std of each value of some pixels.
    void prepare_normalization(const DataRecipe& recipe, std::int64_t channels);
    void normalize(std::span<float> image) const;

    std::vector<Augmenter> m_augmenters;  ///< by work group
    std::vector<float> m_means, m_scales;
};

/// BatchLoader::load() once.
void load_batch(const Dataset& data, std::span<const std::int64_t> indices, const DataRecipe& recipe, ThreadPool& pool,
                ImageBatch& batch, std::optional<AugmentSource> augment = {});

}  // namespace normscope
