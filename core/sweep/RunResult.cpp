#include "core/sweep/RunResult.h"

#include "core/Error.h"
#include "core/io/FileDescriptor.h"
#include "core/io/Json.h"
#include "core/io/MessageText.h"
#include "core/io/ReadFile.h"
#include "core/sweep/SweepFolder.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>

#include <fcntl.h>
#include <sys/file.h>

#include <nlohmann/json.hpp>

namespace normscope::sweep {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t max_summary_bytes = 1U << 20;

struct Derived {
    const char* name;
    const char* minuend;  ///< empty: 1
    const char* subtrahend;
};
constexpr std::array derived_values{
    Derived{"eval_error", "", "eval_accuracy"},
    Derived{"eval_error_train_mode", "", "eval_accuracy_train_mode"},
    Derived{"eval_error_exact", "", "eval_accuracy_exact"},
    Derived{"mode_gap", "eval_accuracy_train_mode", "eval_accuracy"},
};

bool is_there(const std::filesystem::path& path) {
    std::error_code error;
    return std::filesystem::exists(path, error);
}

/// True if a process holds the folder's io::FolderLock. A file that is left behind holds nothing. The lock can only be
/// asked for by sharing it for a moment; whoever begins in that moment is refused once, and a sweep tries again.
bool is_locked(const std::filesystem::path& folder) {
    const auto path = folder / ".normscope-lock";
    const io::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    return file.is_open() && ::flock(file.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

/// What summary.json says, if there is one of a run that came to its end.
std::optional<RunResult> finished_result(const std::filesystem::path& folder) {
    const auto path = folder / "summary.json";
    if (!is_there(path)) return std::nullopt;
    const auto bytes = io::read_file(path, max_summary_bytes);
    RunResult result = parse_summary(io::as_text(bytes), path.native());
    return is_finished(result.status) ? std::optional(std::move(result)) : std::nullopt;
}

}  // namespace

std::string_view name_of(RunStatus status) {
    constexpr std::array<std::string_view, 6> names{"missing", "cut off", "running", "failed", "diverged", "done"};
    return names[static_cast<std::size_t>(status)];
}

bool is_finished(RunStatus status) {
    return status == RunStatus::done || status == RunStatus::diverged;
}

std::optional<double> RunResult::value(std::string_view name) const {
    const auto found = std::ranges::find(values, name, &std::pair<std::string, double>::first);
    return found == values.end() ? std::nullopt : std::optional(found->second);
}

RunResult parse_summary(std::string_view json, std::string_view file_name) {
    const Json summary = io::parse_json(json, file_name);
    const auto is_bool = [&](const char* key) { return summary.contains(key) && summary[key].is_boolean(); };
    if (!summary.is_object() || !is_bool("diverged")) {
        throw InputError(std::string(file_name) + " is not the summary of a run.");
    }
    RunResult result;
    for (const auto& [key, value] : summary.items()) {
        if (value.is_number() && key != "images_per_second") result.values.emplace_back(key, value.get<double>());
    }
    for (const Derived& derived : derived_values) {
        const auto minuend = *derived.minuend ? result.value(derived.minuend) : std::optional(1.0);
        const auto subtrahend = result.value(derived.subtrahend);
        if (minuend && subtrahend) result.values.emplace_back(derived.name, *minuend - *subtrahend);
    }
    if (is_bool("interrupted") && summary["interrupted"].get<bool>()) {
        result.status = RunStatus::cut_off;
    } else {
        result.status = summary["diverged"].get<bool>() ? RunStatus::diverged : RunStatus::done;
    }
    if (const auto found = summary.find("divergence"); found != summary.end() && found->is_object()) {
        result.message = found->value("sentence", "");
    }
    return result;
}

RunResult read_result(const std::filesystem::path& run_folder) {
    // The lock first: a run that finishes in between is then seen as running or finished, never as cut off.
    try {
        const bool held = is_locked(run_folder);
        if (auto result = finished_result(run_folder)) return *std::move(result);
        if (held) return {.status = RunStatus::running, .message = {}, .values = {}};
    } catch (const std::exception& error) {
        return {.status = RunStatus::failed, .message = error.what(), .values = {}};
    }
    if (auto message = read_failure(run_folder)) {
        return {.status = RunStatus::failed, .message = *std::move(message), .values = {}};
    }
    const bool begun = is_there(run_folder / "initial.safetensors");
    return {.status = begun ? RunStatus::cut_off : RunStatus::missing, .message = {}, .values = {}};
}

std::size_t SweepResults::count(RunStatus status) const {
    return static_cast<std::size_t>(std::ranges::count(runs, status, &RunResult::status));
}

SweepResults read_results(const Sweep& sweep, const std::filesystem::path& folder) {
    SweepResults results;
    results.runs.reserve(sweep.runs.size());
    for (const SweepRun& run : sweep.runs) results.runs.push_back(read_result(run_folder(folder, run)));
    return results;
}

std::optional<double> number_of(const SweepRun& run, const RunResult& result, std::string_view name) {
    if (!is_finished(result.status)) return std::nullopt;
    auto value = result.value(name);
    if (name == "steps_to_target") {
        if (!value && run.recipe.record.target_accuracy) {
            value = run.steps > 0 ? static_cast<double>(run.steps) : result.value("steps");
        }
        return value;
    }
    if (result.status == RunStatus::diverged) return std::nullopt;
    return value && std::isfinite(*value) ? value : std::nullopt;
}

}  // namespace normscope::sweep
