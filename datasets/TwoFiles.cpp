#include "datasets/TwoFiles.h"

#include "core/Error.h"
#include "core/io/MessageText.h"

#include <algorithm>
#include <string>
#include <system_error>
#include <vector>

namespace normscope::datasets {
namespace {

constexpr std::size_t shown_spec = 200;

bool is_there(std::string_view path) {
    std::error_code error;
    return std::filesystem::exists(path, error);
}

}  // namespace

TwoFiles split_two_files(std::string_view arguments, std::string_view spec, std::string_view form) {
    std::vector<std::size_t> commas;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (arguments[i] == ',' && i > 0 && i + 1 < arguments.size()) commas.push_back(i);
    }
    if (commas.empty()) {
        throw InputError("The data SPEC " + io::in_quotes(spec, shown_spec) +
                         " must name two files: " + std::string(form) + '.');
    }
    const auto both_exist = [&](std::size_t comma) {
        return is_there(arguments.substr(0, comma)) && is_there(arguments.substr(comma + 1));
    };
    const auto found = std::find_if(commas.begin(), commas.end(), both_exist);
    const std::size_t comma = found == commas.end() ? commas.front() : *found;
    return {arguments.substr(0, comma), arguments.substr(comma + 1)};
}

}  // namespace normscope::datasets
