// The batches that a page looks at.
#pragma once

#include "core/nn/Pass.h"
#include "core/train/BatchLoader.h"
#include "core/train/Experiment.h"

#include <cstdint>
#include <vector>

namespace normscope::instruments {

/// The images that the next training step begins with, augmented as that step will. The experiment stays as it is.
/// Throws InputError if there are not enough.
ImageBatch next_training_batch(const Experiment& experiment, ThreadPool& pool);

/// The first held-out images, as many as a batch of training; the first training images if nothing is held out.
ImageBatch held_out_batch(const Experiment& experiment, ThreadPool& pool);

/// Image `image` of `data` followed by others, always the same ones for a seed, in all as many as a batch of training
/// (or as there are): what the image could meet in training.
std::vector<std::int64_t> image_with_neighbours(const Experiment& experiment, const Dataset& data, std::int64_t image);

/// A pass as the next step of training makes it, in this mode; nothing is updated.
nn::Pass pass_of(const Experiment& experiment, ThreadPool& pool, nn::Mode mode);

}  // namespace normscope::instruments
