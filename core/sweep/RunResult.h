// What became of a run, as its folder tells.
#pragma once

#include "core/sweep/Sweep.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace normscope::sweep {

enum class RunStatus {
    missing,   ///< nothing was begun
    cut_off,   ///< begun, and neither finished nor being worked on: it goes on where it stopped
    running,   ///< some process works on it
    failed,    ///< the last attempt ended with an error
    diverged,  ///< finished: values stopped being finite
    done,      ///< finished
};

/// "missing", "cut off" …
std::string_view name_of(RunStatus status);
/// done or diverged.
bool is_finished(RunStatus status);

struct RunResult {
    RunStatus status = RunStatus::missing;
    std::string message;  ///< of a failed or diverged run
    /// Numbers of summary.json but for images_per_second, which is not the run's own, in its order; then derived ones:
    /// "eval_error" = 1 − eval_accuracy, "eval_error_train_mode", "eval_error_exact", and "mode_gap" =
    /// eval_accuracy_train_mode − eval_accuracy.
    std::vector<std::pair<std::string, double>> values;

    std::optional<double> value(std::string_view name) const;
};

/// A finished run's result from the bytes of summary.json. Throws InputError with `file_name` and the reason.
RunResult parse_summary(std::string_view json, std::string_view file_name);

/// Of one run's folder. A summary that cannot be read makes a failed run with the reason as message.
RunResult read_result(const std::filesystem::path& run_folder);

/// Results of all runs, in the sweep's order; those of an unfinished sweep hold what there is.
struct SweepResults {
    std::vector<RunResult> runs;

    std::size_t count(RunStatus status) const;
};

SweepResults read_results(const Sweep& sweep, const std::filesystem::path& folder);

/// A number of a run, or nothing: unfinished, diverged, or not measured. A target accuracy that was never reached
/// counts as reached at the end of the plan ("steps_to_target" is then too small), for diverged runs, too.
std::optional<double> number_of(const SweepRun& run, const RunResult& result, std::string_view name);

}  // namespace normscope::sweep
