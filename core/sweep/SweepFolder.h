// The folder of a sweep: one folder a run, sweep.json, results.csv.
#pragma once

#include "core/sweep/RunResult.h"
#include "core/sweep/Sweep.h"

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace normscope::sweep {

/// Where a run's files are: DIR/HASH.
std::filesystem::path run_folder(const std::filesystem::path& folder, const SweepRun& run);

/// Makes DIR and writes DIR/sweep.json. Throws InputError or WorkError.
void prepare_folder(const Sweep& sweep, const std::filesystem::path& folder);
/// The sweep in DIR/sweep.json. Throws InputError.
Sweep load_folder(const std::filesystem::path& folder);

/// Makes a run's folder with its recipe.json, from which `train` begins; nothing is written over that is the same.
void prepare_run(const std::filesystem::path& folder, const SweepRun& run);

/// Notes in a run's folder that an attempt failed ("failed.json"). Throws as io::write_file() does.
void write_failure(const std::filesystem::path& run_folder, int exit_code, const std::string& message);
/// The sentence of a failed attempt.
std::optional<std::string> read_failure(const std::filesystem::path& run_folder);
/// Forgets it: the run is tried again, or was finished.
void remove_failure(const std::filesystem::path& run_folder);

/// Reads all results and writes DIR/results.csv. One process at a time does so, so that the last one to finish a run
/// has the last word. `failures` are messages of runs whose folder could not take a note of them, by index. Throws as
/// io::write_file() does.
SweepResults collect(const Sweep& sweep, const std::filesystem::path& folder,
                     const std::map<std::size_t, std::string>& failures = {});

/// results.csv: one line a run, in the sweep's order: hash, status, the axes, every number that some run has, and what
/// went wrong. Equal results give equal bytes.
std::string results_csv(const Sweep& sweep, const SweepResults& results);

}  // namespace normscope::sweep
