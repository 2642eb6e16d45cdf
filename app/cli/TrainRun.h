// The steps of `train`, their rows and their resume files.
#pragma once

#include "app/cli/TrainFolder.h"
#include "app/cli/TrainOptions.h"
#include "core/io/HistoryCsv.h"
#include "core/train/Recorder.h"
#include "core/train/Trainer.h"

#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <vector>

namespace normscope::cli {

/// Steps an experiment to its end, writing one row a step and a resume file now and then.
class TrainRun {
   public:
    /// `stop` becomes other than 0 to end the run after the step being taken. Goes on with `saved` if given: the
    /// experiment is the one restored from it.
    TrainRun(const TrainOptions& options, const TrainFolder& folder, Experiment& experiment,
             const std::optional<SavedRun>& saved, const volatile std::sig_atomic_t& stop);

    /// True if there is nothing left to do.
    bool done() const;
    /// Leaves the completed history and a resume file. Throws WorkError if the disk is full: what was saved before is
    /// intact then; and InputError if images cannot be read any more: the run is saved up to there.
    const Outcome& train();
    /// All held-out images.
    Evaluation evaluate_all();

   private:
    double share() const;
    void step();
    /// If the step's images cannot be read, the run is saved as it was before it.
    void step_or_save();
    void record();
    void measure_if_due();
    void save(bool finished);
    void print_line() const;
    std::string text() const;

    const TrainOptions& m_options;
    const TrainFolder& m_folder;
    Experiment& m_experiment;
    const volatile std::sig_atomic_t& m_stop;
    Trainer m_trainer;
    telemetry::SeriesSchema m_schema;
    std::vector<std::string> m_keys;
    io::HistoryCsvWriter m_history;
    telemetry::StepColumns m_row;
    Evaluation m_accuracy;
    Outcome m_outcome;
    std::chrono::steady_clock::time_point m_last_save;
};

}  // namespace normscope::cli
