// A data set of two IDX files: images and labels.
#pragma once

#include "core/train/Dataset.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace normscope::datasets {

/// Reads images (N, H, W) and labels (N), plain or gzip. `class_names` says how many classes there are.
/// Throws InputError: unreadable or damaged files, swapped files, numbers that disagree, no image at all, a label
/// without a class (the first one is named with its index).
std::shared_ptr<const Dataset> load_idx_pair(const std::filesystem::path& images, const std::filesystem::path& labels,
                                             const std::string& name, const std::vector<std::string>& class_names);

/// The same with the classes "0" … "9", named after the images' file.
std::shared_ptr<const Dataset> load_idx_pair(const std::filesystem::path& images, const std::filesystem::path& labels);

}  // namespace normscope::datasets
