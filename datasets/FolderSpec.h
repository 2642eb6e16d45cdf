// The SPEC of a folder of images.
#pragma once

#include "datasets/ImageDecoder.h"

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace normscope::datasets {

/// "folder:DIR?size=64&fit=crop&color=rgb&seed=1", taken apart.
struct FolderSpec {
    std::filesystem::path folder;
    ImageTarget target;
    std::uint64_t seed = 1;  ///< of the order of the images, and so of the split
};

/// Reads DIR and its options: size 8 … 512 (64 if not given), fit crop or stretch (crop), color rgb or grey (rgb), seed
/// (1). All of `arguments` is the path if there is such a folder, else the options begin behind its last '?': paths may
/// hold any character. `spec` is quoted in messages. Throws InputError.
FolderSpec parse_folder_spec(std::string_view arguments, std::string_view spec);

}  // namespace normscope::datasets
