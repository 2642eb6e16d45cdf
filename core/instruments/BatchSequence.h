// The batches a measurement goes through.
#pragma once

#include "core/parallel/ThreadPool.h"
#include "core/train/BatchLoader.h"
#include "core/train/Experiment.h"

#include <cstdint>
#include <span>
#include <vector>

namespace normscope::instruments {

/// Chosen images of a data set, cut into batches of one size; the last holds what is left. A last batch of a single
/// image is avoided by joining it to the one before, because train mode cannot normalize single vectors (BatchNorm1d).
/// Refers to the data set, which must outlive it.
class BatchSequence {
   public:
    /// Throws std::invalid_argument for a batch size below 1.
    BatchSequence(const Dataset& data, const DataRecipe& recipe, std::vector<std::int64_t> images,
                  std::int64_t batch_size);

    std::int64_t images() const { return static_cast<std::int64_t>(m_images.size()); }
    std::int64_t batch_size() const { return m_batch_size; }
    /// Number of batches.
    std::int64_t size() const { return m_batches; }
    /// Indices in the data set of the images of one batch.
    std::span<const std::int64_t> images_of(std::int64_t batch) const;
    /// Loads one batch, normalized as the recipe says.
    void load(std::int64_t batch, ThreadPool& pool, ImageBatch& into) const;

   private:
    const Dataset& m_data;
    DataRecipe m_recipe;
    std::vector<std::int64_t> m_images;
    std::int64_t m_batch_size;
    std::int64_t m_batches;
};

/// The first `most_images` held-out images in stored order, in batches of the recipe's size. None if nothing is held
/// out. Refers to the experiment's data.
BatchSequence held_out_images(const Experiment& experiment, std::int64_t most_images);

/// Up to `most_batches` batches of training images (0: all images) in a shuffled order that depends on the recipe's
/// seed only: a data set stored class by class would not give batches like those of training. Refers to the
/// experiment's data.
BatchSequence training_images(const Experiment& experiment, std::int64_t most_batches = 0);

}  // namespace normscope::instruments
