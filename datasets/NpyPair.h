// A data set of two NumPy files: images and labels.
#pragma once

#include "datasets/LoadOptions.h"
#include "datasets/NpyDataset.h"

#include <filesystem>
#include <memory>

namespace normscope::datasets {

/// More classes than any set of images has; a larger label is a mistake.
inline constexpr std::int64_t max_npy_classes = 10'000;

/// Reads images (uint8, float32 or float64; layouts as npy_layout says; C or Fortran order, either byte order) and one
/// integer label each (any width, signed or not; (N) or (N, 1)). The classes are "0" … the largest label. Sizes are
/// checked against the files before they are read. Named after the images' file.
/// Throws InputError: damaged files, objects (pickles), other types, swapped files, numbers that disagree, a label that
/// is negative or not below max_npy_classes (the first one is named with its index).
std::shared_ptr<const Dataset> load_npy_pair(const std::filesystem::path& images, const std::filesystem::path& labels,
                                             const LoadOptions& options = {});

}  // namespace normscope::datasets
