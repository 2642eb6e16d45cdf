// Which files a folder of images consists of, and what class each belongs to.
#pragma once

#include "datasets/LoadOptions.h"
#include "datasets/LoadReport.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace normscope::datasets {

struct ListedImage {
    std::string path;  ///< a path object keeps its parts as well: ten times the memory
    std::int32_t label = 0;
};

struct FolderListing {
    std::vector<ListedImage> images;       ///< by class, then by name; not opened yet
    std::vector<std::string> class_names;  ///< UTF-8 without control characters, all different
    LoadReport report;
};

/// A folder's images to train on and, if it brings them, its own to be measured on (of the same classes).
struct FolderListings {
    FolderListing train;
    std::optional<FolderListing> eval;
};

/// More classes than any network here has outputs.
inline constexpr std::size_t max_folder_classes = 10'000;

/// Lists a folder in one of three layouts:
///  - it has a file labels.csv: its rows name the files (also in sub-folders) and their classes;
///  - its only sub-folders are "train" and "val", "valid", "validation", "test" or "eval" (any case), with class
///  folders
///    in them: two sets;
///  - else every sub-folder is a class, and all files in it and below are its images.
/// Classes are in the order of their names' bytes (labels.csv: see sorted_labels). What FolderWalk passes over or
/// reports is passed over or reported. Files outside the classes are reported, empty classes and single ones noted.
/// Throws InputError if the folder is missing or has neither class folders nor labels.csv, or labels.csv is at fault;
/// LoadCancelled.
FolderListings list_folder(const std::filesystem::path& folder, const LoadOptions& options = {});

}  // namespace normscope::datasets
