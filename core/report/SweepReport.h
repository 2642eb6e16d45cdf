// A sweep as one HTML file.
#pragma once

#include "core/sweep/RunResult.h"
#include "core/sweep/Sweep.h"

#include <filesystem>
#include <string>

namespace normscope::report {

/// Verdicts on the claims, the published figure, plots (those the sweep asks for, or the usual ones), numbers with
/// their spread over seeds, what differs between runs, every run with its status, the sweep file. Curves over steps are
/// read from the runs' folders in `folder`. Throws InputError for damaged histories.
std::string sweep_report(const sweep::Sweep& sweep, const sweep::SweepResults& results,
                         const std::filesystem::path& folder);

}  // namespace normscope::report
