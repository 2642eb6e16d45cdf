// SPECs that name two files, as in "idx:IMAGES,LABELS".
#pragma once

#include <filesystem>
#include <string_view>

namespace normscope::datasets {

struct TwoFiles {
    std::filesystem::path images;
    std::filesystem::path labels;
};

/// Splits "IMAGES,LABELS". Paths may hold commas: the one is meant that separates two files that exist, else the first.
/// Throws InputError quoting `spec` and `form` if no comma separates two names.
TwoFiles split_two_files(std::string_view arguments, std::string_view spec, std::string_view form);

}  // namespace normscope::datasets
