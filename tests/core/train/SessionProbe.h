// A training session with a reader that waits for what tests want to see.
#pragma once

#include "core/train/TrainingSession.h"
#include "tests/core/train/RunHistory.h"
#include "tests/core/train/SyntheticDataset.h"

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace normscope::testing {

/// Owns a session and keeps everything it says. Used by one thread.
class SessionProbe {
   public:
    explicit SessionProbe(int threads = 1) : SessionProbe(TrainingSession::Options{.threads = threads}) {}
    explicit SessionProbe(const TrainingSession::Options& options)
        : m_queue(std::make_shared<telemetry::TelemetryQueue>()),
          m_slot(std::make_shared<telemetry::SnapshotSlot>()),
          m_session(std::make_unique<TrainingSession>(options, m_queue, m_slot)) {}

    TrainingSession& session() { return *m_session; }
    void end_session() { m_session.reset(); }

    /// Reads until `condition` holds. False if that takes a minute: it never will.
    template <class Condition>
    bool wait_for(Condition condition) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
        for (read(); !condition(); read()) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            std::this_thread::yield();
        }
        return true;
    }
    bool wait_for_state(telemetry::RunState state) {
        return wait_for([&] { return m_newest.state == state; });
    }
    bool wait_for_step(std::int64_t step) {
        return wait_for([&] { return m_newest.step.value >= step; });
    }
    /// Waits until everything asked for so far is done. An experiment must be there: its refusal of a
    /// setting that does not exist is the sign.
    bool settle() {
        const std::string mark = "mark " + std::to_string(++m_marks);
        m_session->set_hyperparameter(mark, 0);
        return wait_for(
            [&] { return std::erase_if(m_notices, [&](const auto& n) { return n.find(mark) != n.npos; }) > 0; });
    }

    const telemetry::Snapshot& newest() const { return m_newest; }
    /// Everything in order, marks included.
    const std::vector<telemetry::TelemetryItem>& items() const { return m_items; }
    const std::vector<std::string>& notices() const { return m_notices; }
    const std::vector<telemetry::RunEvent>& events() const { return m_events; }
    const std::vector<std::shared_ptr<const telemetry::RunDescription>>& runs() const { return m_runs; }
    const std::vector<telemetry::RunRewound>& rewinds() const { return m_rewinds; }
    /// Of the newest run, without what rewinds made forgotten.
    const RunHistory& history() const { return m_history; }

   private:
    void read() {
        for (auto& item : m_queue->drain()) {
            if (const auto* run = std::get_if<telemetry::RunStarted>(&item)) {
                m_runs.push_back(run->description);
                m_history = {};
            }
            if (const auto* columns = std::get_if<telemetry::StepColumns>(&item)) m_history.append(*columns);
            if (const auto* event = std::get_if<telemetry::RunEvent>(&item)) m_events.push_back(*event);
            if (const auto* notice = std::get_if<telemetry::RunNotice>(&item)) m_notices.push_back(notice->sentence);
            if (const auto* rewound = std::get_if<telemetry::RunRewound>(&item)) {
                m_rewinds.push_back(*rewound);
                m_history.truncate_after(rewound->step);
            }
            m_items.push_back(std::move(item));
        }
        if (const auto snapshot = m_slot->take()) m_newest = *snapshot;
    }

    std::shared_ptr<telemetry::TelemetryQueue> m_queue;
    std::shared_ptr<telemetry::SnapshotSlot> m_slot;
    std::unique_ptr<TrainingSession> m_session;
    int m_marks = 0;
    telemetry::Snapshot m_newest;
    std::vector<telemetry::TelemetryItem> m_items;
    std::vector<std::string> m_notices;
    std::vector<telemetry::RunEvent> m_events;
    std::vector<telemetry::RunRewound> m_rewinds;
    std::vector<std::shared_ptr<const telemetry::RunDescription>> m_runs;
    RunHistory m_history;
};

inline ExperimentFactory factory_of(const Recipe& recipe = synthetic_recipe()) {
    return [recipe] { return Experiment(recipe, synthetic_split()); };
}

/// For runs that do not end by themselves.
inline Recipe long_recipe() {
    auto recipe = synthetic_recipe();
    recipe.epochs = 100'000;
    recipe.record.eval_every = 0;
    return recipe;
}

/// What a session has to record from its first to its last step.
inline RunHistory plain_history(const Recipe& recipe = synthetic_recipe()) {
    return PlainRun({recipe, synthetic_split()}).run_to_the_end().history();
}

}  // namespace normscope::testing
