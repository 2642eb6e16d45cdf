#include "datasets/FolderDataset.h"
#include "datasets/SpecOptions.h"

#include <array>
#include <system_error>

namespace normscope::datasets {

FolderSpec parse_folder_spec(std::string_view arguments, std::string_view spec) {
    constexpr std::array<std::string_view, 4> names{"size", "fit", "color", "seed"};
    constexpr std::array<std::string_view, 2> fits{"crop", "stretch"};
    constexpr std::array<std::string_view, 2> colours{"rgb", "grey"};
    constexpr std::int64_t smallest = 8;
    constexpr std::int64_t largest = 512;
    FolderSpec result;
    std::error_code error;
    const auto mark = arguments.rfind('?');
    if (mark == std::string_view::npos || std::filesystem::is_directory(arguments, error)) {
        result.folder = arguments;
        return result;
    }
    result.folder = arguments.substr(0, mark);
    const SpecOptions options(arguments.substr(mark + 1), '&', spec, names);
    result.target.size = options.whole("size", result.target.size, smallest, largest);
    result.target.fit = options.choice("fit", "crop", fits) == "crop" ? ImageFit::crop : ImageFit::stretch;
    result.target.grey = options.choice("color", "rgb", colours) == "grey";
    result.seed = options.seed("seed", result.seed);
    return result;
}

}  // namespace normscope::datasets
