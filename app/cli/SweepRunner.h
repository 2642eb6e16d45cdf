// All runs of a sweep, several at a time.
#pragma once

#include "app/cli/ProgressLine.h"
#include "app/cli/SweepOptions.h"
#include "core/sweep/ProcessPool.h"
#include "core/sweep/RunResult.h"
#include "core/sweep/Sweep.h"

#include <chrono>
#include <csignal>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace normscope::cli {

/// Starts `train --resume` for every run that is not finished and waits for all. A run that fails is noted and does
/// not stop the others; one that was killed is started again. Runs that another process works on are waited for, and
/// taken over if it ends without having finished them.
class SweepRunner {
   public:
    /// `stop` becomes other than 0 to end: running children are asked to save and waited for; 2 or more kills them.
    SweepRunner(const SweepOptions& options, const sweep::Sweep& sweep, const volatile std::sig_atomic_t& stop);

    /// Returns when there is nothing left to do, or when asked to stop.
    void run();

    /// Runs that failed, by index, with the reason.
    const std::map<std::size_t, std::string>& failures() const { return m_failures; }

   private:
    void sort_runs();
    void look_elsewhere();
    void start_next();
    void start(std::size_t run);
    void finish(const sweep::ProcessPool::Ended& ended);
    void fail(std::size_t run, int exit_code, const std::string& message);
    void wait_for_children();
    void report(const char* event, std::size_t run, const sweep::RunResult* result = nullptr) const;
    void show();

    const SweepOptions& m_options;
    const sweep::Sweep& m_sweep;
    const volatile std::sig_atomic_t& m_stop;
    std::string m_program;
    sweep::ProcessPool m_pool;
    ProgressLine m_progress;
    std::deque<std::size_t> m_waiting;
    std::vector<std::size_t> m_elsewhere;  ///< being worked on by another process
    std::vector<int> m_attempts;
    std::map<std::size_t, std::string> m_failures;
    std::size_t m_finished = 0;
    std::size_t m_diverged = 0;
    std::size_t m_finished_here = 0;
    std::chrono::steady_clock::time_point m_begin;
    std::chrono::steady_clock::time_point m_last_look;
};

/// One object: hash, status, settings, values and message.
std::string json_line(const sweep::Sweep& sweep, std::size_t run, const sweep::RunResult& result, const char* event);

}  // namespace normscope::cli
