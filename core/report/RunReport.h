// One run as one HTML file.
#pragma once

#include <filesystem>
#include <string>

namespace normscope::report {

/// Results, loss, accuracies in both modes, for each norm layer one channel's batch and running statistics with γ and
/// β, what was measured besides, the settings that differ from the defaults, and the recipe. A run that is cut off or
/// going on is shown as far as its history was written out. Throws InputError if `folder` holds no run or damaged
/// files.
std::string run_report(const std::filesystem::path& folder);

}  // namespace normscope::report
