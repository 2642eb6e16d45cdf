#include "app/cli/SweepRunner.h"

#include "core/sweep/SweepFolder.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <iostream>

namespace normscope::cli {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;
using sweep::RunStatus;

constexpr int most_attempts = 10;  ///< of a run that is killed again and again
constexpr auto tick = std::chrono::milliseconds(200);
constexpr auto look_every = std::chrono::seconds(1);
constexpr std::string_view message_begin = "normscope-cli: ";

/// The last line that is a message of the program, else the last line.
std::string reason_in(const std::string& errors) {
    std::string reason, last;
    for (std::size_t begin = 0; begin < errors.size();) {
        const auto end = std::min(errors.find('\n', begin), errors.size());
        last = errors.substr(begin, end - begin);
        if (last.starts_with(message_begin)) reason = last.substr(message_begin.size());
        begin = end + 1;
    }
    return reason.empty() ? last : reason;
}

std::string duration_text(double seconds) {
    const auto whole = static_cast<long>(seconds + 0.5);
    if (whole < 60) return std::to_string(whole) + " s";
    if (whole < 3600) return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
    return std::to_string(whole / 3600) + " h " + std::to_string(whole / 60 % 60) + " min";
}

}  // namespace

std::string json_line(const sweep::Sweep& sweep, std::size_t run, const sweep::RunResult& result, const char* event) {
    const sweep::SweepRun& what = sweep.runs[run];
    Json line = Json::object();
    if (*event) line["event"] = event;
    line["hash"] = what.hash;
    line["status"] = name_of(result.status);
    line["settings"] = Json::object();
    for (const auto& axis : sweep.axes) line["settings"][axis.path] = Json::parse(value_of(what, axis.path));
    line["values"] = Json::object();
    for (const auto& [name, value] : result.values) line["values"][name] = value;
    if (!result.message.empty()) line["message"] = result.message;
    return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

SweepRunner::SweepRunner(const SweepOptions& options, const sweep::Sweep& sweep, const volatile std::sig_atomic_t& stop)
    : m_options(options),
      m_sweep(sweep),
      m_stop(stop),
      m_program(std::filesystem::read_symlink("/proc/self/exe").string()),
      m_pool(static_cast<std::size_t>(options.jobs)),
      m_attempts(sweep.runs.size(), 0),
      m_begin(Clock::now()),
      m_last_look(m_begin) {}

void SweepRunner::run() {
    sort_runs();
    show();
    while (m_stop == 0 && (!m_waiting.empty() || m_pool.running() > 0 || !m_elsewhere.empty())) {
        start_next();
        // Without children this only waits: for what others do, or for a signal.
        for (const auto& ended : m_pool.wait(tick)) finish(ended);
        look_elsewhere();
        show();
    }
    if (m_pool.running() > 0) wait_for_children();
}

void SweepRunner::sort_runs() {
    const auto results = sweep::read_results(m_sweep, m_options.out);
    for (std::size_t i = 0; i < m_sweep.runs.size(); ++i) {
        const RunStatus status = results.runs[i].status;
        m_diverged += status == RunStatus::diverged;
        if (is_finished(status)) {
            ++m_finished;
        } else if (status == RunStatus::running) {
            m_elsewhere.push_back(i);
        } else {
            m_waiting.push_back(i);
        }
    }
}

void SweepRunner::look_elsewhere() {
    if (m_elsewhere.empty() || Clock::now() - m_last_look < look_every) return;
    m_last_look = Clock::now();
    std::erase_if(m_elsewhere, [this](std::size_t run) {
        const auto result = sweep::read_result(run_folder(m_options.out, m_sweep.runs[run]));
        if (result.status == RunStatus::running) return false;
        if (is_finished(result.status)) {
            ++m_finished;
            m_diverged += result.status == RunStatus::diverged;
            report("finished", run, &result);
        } else {
            m_waiting.push_back(run);
        }
        return true;
    });
}

void SweepRunner::start_next() {
    while (m_stop == 0 && m_pool.has_room() && !m_waiting.empty()) {
        const std::size_t run = m_waiting.front();
        m_waiting.pop_front();
        // Another process on the same folder may have been here since.
        const auto result = sweep::read_result(run_folder(m_options.out, m_sweep.runs[run]));
        if (is_finished(result.status)) {
            ++m_finished;
            m_diverged += result.status == RunStatus::diverged;
            report("finished", run, &result);
        } else if (result.status == RunStatus::running) {
            m_elsewhere.push_back(run);
        } else {
            start(run);
        }
    }
}

void SweepRunner::start(std::size_t run) {
    const sweep::SweepRun& what = m_sweep.runs[run];
    const auto folder = run_folder(m_options.out, what);
    try {
        sweep::prepare_run(m_options.out, what);
        sweep::remove_failure(folder);
        std::vector<std::string> command{m_program,
                                         "train",
                                         (folder / "recipe.json").string(),
                                         "--out",
                                         folder.string(),
                                         "--resume",
                                         "--threads",
                                         std::to_string(m_options.threads),
                                         "--save-every",
                                         std::to_string(m_options.save_every)};
        if (what.steps > 0) command.insert(command.end(), {"--steps", std::to_string(what.steps)});
        m_pool.start(run, command);
        ++m_attempts[run];
        report("started", run);
    } catch (const std::exception& error) {
        fail(run, -1, error.what());
    }
}

void SweepRunner::finish(const sweep::ProcessPool::Ended& ended) {
    const std::size_t run = ended.id;
    const auto folder = run_folder(m_options.out, m_sweep.runs[run]);
    const auto result = sweep::read_result(folder);
    if (is_finished(result.status)) {
        ++m_finished;
        ++m_finished_here;
        m_diverged += result.status == RunStatus::diverged;
        report("finished", run, &result);
        return;
    }
    const bool was_stopped = ended.exit_code < 0 || ended.exit_code == 130;
    if (result.status == RunStatus::running) {
        m_elsewhere.push_back(run);
    } else if (was_stopped && m_attempts[run] < most_attempts) {
        m_waiting.push_back(run);  // it goes on where it was saved
    } else if (was_stopped) {
        fail(run, ended.exit_code,
             "The run was killed " + std::to_string(most_attempts) + " times, the last time by signal " +
                 std::to_string(ended.signal) + '.');
    } else if (ended.errors.find("is in use by another process") != std::string::npos &&
               m_attempts[run] < most_attempts) {
        m_waiting.push_back(run);  // and the other one has ended since
    } else {
        fail(run, ended.exit_code, reason_in(ended.errors));
    }
}

void SweepRunner::fail(std::size_t run, int exit_code, const std::string& message) {
    m_failures[run] = message.empty() ? "The run ended with exit code " + std::to_string(exit_code) + '.' : message;
    try {
        sweep::write_failure(run_folder(m_options.out, m_sweep.runs[run]), exit_code, m_failures[run]);
    } catch (const std::exception&) {
        // The disk may be full, or the folder could not be made: what this process remembers has to do.
    }
    const sweep::RunResult result{.status = RunStatus::failed, .message = m_failures[run], .values = {}};
    report("failed", run, &result);
}

void SweepRunner::wait_for_children() {
    m_pool.signal_all(SIGTERM);
    bool killed = false;
    while (m_pool.running() > 0) {
        if (m_stop > 1 && !killed) {
            m_pool.signal_all(SIGKILL);
            killed = true;
        }
        m_pool.wait(tick);
    }
}

void SweepRunner::report(const char* event, std::size_t run, const sweep::RunResult* result) const {
    if (m_options.json) {
        const sweep::RunResult running{.status = RunStatus::running, .message = {}, .values = {}};
        std::cout << json_line(m_sweep, run, result ? *result : running, event) << std::endl;
    } else if (result && result->status == RunStatus::failed) {
        std::cerr << (m_progress.is_terminal() ? "\r\x1b[K" : "") << "normscope-cli: run " << m_sweep.runs[run].hash
                  << " failed (" << settings_text(m_sweep, m_sweep.runs[run]) << "): " << result->message << '\n';
    }
}

void SweepRunner::show() {
    const std::size_t all = m_sweep.runs.size();
    std::string text = std::to_string(m_finished) + " of " + std::to_string(all) + " runs";
    if (m_diverged > 0) text += " · " + std::to_string(m_diverged) + " diverged";
    if (!m_failures.empty()) text += " · " + std::to_string(m_failures.size()) + " failed";
    text += " · " + std::to_string(m_pool.running()) + " running";
    if (!m_elsewhere.empty()) text += " · " + std::to_string(m_elsewhere.size()) + " running elsewhere";
    const std::size_t left = m_waiting.size() + m_pool.running();
    if (m_finished_here > 0 && left > 0) {
        const double seconds = std::chrono::duration<double>(Clock::now() - m_begin).count();
        text +=
            " · " + duration_text(seconds / static_cast<double>(m_finished_here) * static_cast<double>(left)) + " left";
    }
    m_progress.show(static_cast<double>(m_finished + m_failures.size()) / static_cast<double>(all), text);
}

}  // namespace normscope::cli
