// A model's state as a file that PyTorch reads.
#pragma once

#include "core/train/Experiment.h"

#include <filesystem>

namespace normscope {

/// Writes parameters and buffers as safetensors with PyTorch's names, shapes and order; the recipe and
/// the step stand in the metadata. Throws InputError or WorkError as io::AtomicFile does.
void save_checkpoint(const Experiment& experiment, const std::filesystem::path& path);

}  // namespace normscope
