#include "core/sweep/SweepFolder.h"

#include "core/Error.h"
#include "core/io/AtomicFile.h"
#include "core/io/CsvCell.h"
#include "core/io/FileDescriptor.h"
#include "core/io/Json.h"
#include "core/io/MessageText.h"
#include "core/io/ReadFile.h"
#include "core/recipe/RecipeJson.h"
#include "core/sweep/SweepJson.h"
#include "core/train/ExactText.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>

#include <nlohmann/json.hpp>

namespace normscope::sweep {
namespace {

constexpr const char* failure_name = "failed.json";
constexpr std::uint64_t max_text_bytes = 1U << 20;

void make_folder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (!error && std::filesystem::is_directory(folder, error)) return;
    throw InputError("the folder " + io::in_quotes(folder.native()) +
                     " cannot be made: " + (error ? error.message() : "a file of that name is in the way") + '.');
}

bool holds(const std::filesystem::path& path, const std::string& text) {
    std::error_code error;
    if (std::filesystem::file_size(path, error) != text.size() || error) return false;
    try {
        return io::as_text(io::read_file(path, max_text_bytes)) == text;
    } catch (const std::exception&) {
        return false;  // whoever writes it says why it cannot be
    }
}

void write_if_other(const std::filesystem::path& path, const std::string& text) {
    if (!holds(path, text)) io::write_file(path, text);
}

/// Every number that some run has, in the order of their first appearance.
std::vector<std::string> value_names(const SweepResults& results) {
    std::vector<std::string> names;
    for (const RunResult& run : results.runs) {
        for (const auto& [name, value] : run.values) {
            if (std::ranges::find(names, name) == names.end()) names.push_back(name);
        }
    }
    return names;
}

/// A number as it is; what a spreadsheet could take for something else, quoted.
std::string setting_cell(const std::string& json) {
    const auto value = nlohmann::ordered_json::parse(json, nullptr, false);
    return value.is_string() || value.is_structured() ? io::csv_cell(display_text(json)) : json;
}

}  // namespace

std::filesystem::path run_folder(const std::filesystem::path& folder, const SweepRun& run) {
    return folder / run.hash;
}

void prepare_folder(const Sweep& sweep, const std::filesystem::path& folder) {
    make_folder(folder);
    write_if_other(folder / "sweep.json", sweep.json);
}

Sweep load_folder(const std::filesystem::path& folder) {
    return load_sweep(folder / "sweep.json");
}

void prepare_run(const std::filesystem::path& folder, const SweepRun& run) {
    make_folder(run_folder(folder, run));
    write_if_other(run_folder(folder, run) / "recipe.json", to_json(run.recipe));
}

void write_failure(const std::filesystem::path& run_folder, int exit_code, const std::string& message) {
    const nlohmann::ordered_json failure{{"exit_code", exit_code}, {"message", message}};
    io::write_file(run_folder / failure_name,
                   failure.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n');
}

std::optional<std::string> read_failure(const std::filesystem::path& run_folder) {
    const auto path = run_folder / failure_name;
    std::error_code error;
    if (!std::filesystem::exists(path, error)) return std::nullopt;
    try {
        const auto failure = io::parse_json(io::as_text(io::read_file(path, max_text_bytes)), path.native());
        if (failure.is_object()) return failure.value("message", std::string("no reason was noted"));
    } catch (const std::exception&) {  // the note is damaged; that the run failed is still true
    }
    return "the reason in " + path.native() + " cannot be read";
}

void remove_failure(const std::filesystem::path& run_folder) {
    std::error_code error;
    std::filesystem::remove(run_folder / failure_name, error);
}

SweepResults collect(const Sweep& sweep, const std::filesystem::path& folder,
                     const std::map<std::size_t, std::string>& failures) {
    // The lock is on the folder itself; where the file system has none, the order is left to chance.
    const io::FileDescriptor lock(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    while (lock.is_open() && ::flock(lock.get(), LOCK_EX) != 0 && errno == EINTR) {
    }
    SweepResults results = read_results(sweep, folder);
    for (const auto& [run, message] : failures) {
        RunResult& result = results.runs[run];
        if (is_finished(result.status) || result.status == RunStatus::running) continue;
        result.status = RunStatus::failed;
        result.message = message;
    }
    io::write_file(folder / "results.csv", results_csv(sweep, results));
    return results;
}

std::string results_csv(const Sweep& sweep, const SweepResults& results) {
    const auto names = value_names(results);
    std::string text = "hash,status";
    for (const Axis& axis : sweep.axes) text += ',' + io::csv_cell(axis.path);
    for (const std::string& name : names) text += ',' + io::csv_cell(name);
    text += ",message\n";
    for (std::size_t i = 0; i < sweep.runs.size(); ++i) {
        const RunResult& result = results.runs[i];
        text += sweep.runs[i].hash + ',' + std::string(name_of(result.status));
        for (const Axis& axis : sweep.axes) text += ',' + setting_cell(value_of(sweep.runs[i], axis.path));
        for (const std::string& name : names) {
            const auto value = result.value(name);
            text += ',' + (value ? exact_text(*value) : std::string());
        }
        text += ',' + io::csv_cell(result.message) + '\n';
    }
    return text;
}

}  // namespace normscope::sweep
