// The folder that `train` writes into, and what it already holds.
#pragma once

#include "app/cli/TrainOptions.h"
#include "core/io/FolderLock.h"
#include "core/io/HistoryCsv.h"
#include "core/train/Measurements.h"
#include "core/train/ResumeFile.h"
#include "core/train/Trainer.h"

#include <filesystem>
#include <optional>
#include <string>

namespace normscope::cli {

/// What a run has come to, as far as its experiment does not hold it.
struct Outcome {
    StepResult last;
    double seconds = 0;  ///< in training steps only
    std::int64_t images = 0;
    std::string divergence;  ///< a sentence; empty while all is well
    std::string diverged_layer;
    std::int64_t diverged_channel = -1;
    Measurements measured;
};

/// A run as resume.safetensors has it.
struct SavedRun {
    ResumeFile file;
    io::HistoryPosition history;
    Outcome outcome;
    bool finished = false;  ///< it came to its end (or diverged), rather than being cut off
};

/// Paths in the folder, and the resume file in it.
class TrainFolder {
   public:
    explicit TrainFolder(std::filesystem::path folder) : m_folder(std::move(folder)) {}

    std::filesystem::path file(const char* name) const { return m_folder / name; }
    const std::filesystem::path& path() const { return m_folder; }

    /// Throws InputError if it cannot be made.
    void make() const;
    /// True if there is such a folder already.
    bool exists() const;
    /// Keeps other processes from training in it. Throws InputError if one does.
    io::FolderLock lock() const { return io::FolderLock(m_folder); }

    /// The run to resume, or nothing if there is none. Throws InputError if its file is damaged.
    std::optional<SavedRun> saved_run() const;
    void save_run(const Experiment& experiment, const io::HistoryPosition& history, const Outcome& outcome,
                  bool finished) const;

    /// Throws InputError unless nothing that the folder holds would be lost by beginning `experiment` in it: no run, or
    /// a finished one that began alike and was not longer, which gives the same files again.
    void check_nothing_is_lost(const Experiment& experiment, const TrainOptions& options) const;

   private:
    std::filesystem::path m_folder;
};

/// Throws InputError naming the settings that differ between the recipe asked for and that of the run to resume; the
/// epochs may.
void check_same_recipe(const Recipe& asked, const SavedRun& saved);

}  // namespace normscope::cli
