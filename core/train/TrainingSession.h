// A run on a thread of its own.
#pragma once

#include "core/telemetry/Snapshot.h"
#include "core/telemetry/TelemetryQueue.h"
#include "core/train/CheckpointRing.h"
#include "core/train/Experiment.h"
#include "core/train/SessionClock.h"
#include "core/train/StatePath.h"
#include "core/train/Trainer.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <variant>

namespace normscope {

/// Makes an experiment on the session's thread: reads files, builds the network. May throw InputError.
using ExperimentFactory = std::function<Experiment()>;

/// Takes a way to a state, on the session's thread, and returns at once; nothing if there is no run yet.
using StateReceiver = std::function<void(std::optional<StatePath> path)>;

/// Steps one experiment and tells what happens. Every public function may be called from any thread
/// and returns at once; what it asks for is done between two steps. The trainer never waits for a reader.
class TrainingSession {
   public:
    struct Options {
        int threads = 1;
        /// Called on the session's thread when there is something to drain while no steps are being
        /// taken (a state change, an event, a notice), never once a step. May be empty.
        std::function<void()> wake_reader = {};
        /// For the way back to earlier steps.
        std::size_t checkpoint_bytes = CheckpointRing::default_budget;
    };

    TrainingSession(const Options& options, std::shared_ptr<telemetry::TelemetryQueue> queue,
                    std::shared_ptr<telemetry::SnapshotSlot> snapshots);
    /// Stops after the step being taken.
    ~TrainingSession();
    TrainingSession(const TrainingSession&) = delete;
    TrainingSession& operator=(const TrainingSession&) = delete;

    /// Replaces the experiment. If the factory or the first evaluation throws, a RunNotice says why and the old one
    /// stays.
    void load(ExperimentFactory factory, bool play_at_once);
    /// Goes on; with `until`, pauses as soon as that step is done.
    void play(std::optional<StepIndex> until = {});
    void pause();
    /// Takes one step and pauses.
    void step_once();
    /// Steps a second; 0 is full speed.
    void set_speed(double steps_per_second);
    /// See Experiment::set_hyperparameter(). Leaves a RunEvent, or a RunNotice if refused.
    void set_hyperparameter(std::string key, double value);
    /// Starts again at step 0 with the present settings.
    void reset(bool play_at_once);
    /// Goes back to a step already taken, with the settings in force there (changes made at that very step included),
    /// and pauses; later steps and changes are forgotten. Leaves a RunRewound. Steps are taken again from the nearest
    /// checkpoint; another rewind(), load() or reset() that comes meanwhile takes its place.
    void rewind(StepIndex step);
    /// Sets values of norm layers by hand; measuring them first may take a while, which another edit(), rewind(),
    /// load() or reset() cuts short. Leaves a RunEvent and a RunEdited, or a RunNotice and a RunEdited without values
    /// if refused.
    void edit(NormEdit edit);
    /// Gives a copy of the present state, or of the checkpoint before `step` (of the newest, if that has not been taken
    /// yet). The run goes on; `receive` is not called if the session ends first.
    void copy_state(std::optional<StepIndex> step, StateReceiver receive);

   private:
    struct Load {
        ExperimentFactory factory;
        bool play;
    };
    struct Play {
        std::optional<StepIndex> until;
    };
    struct Pause {};
    struct StepOnce {};
    struct SetSpeed {
        double steps_per_second;
    };
    struct SetHyperparameter {
        std::string key;
        double value;
    };
    struct Reset {
        bool play;
    };
    struct Rewind {
        StepIndex step;
    };
    struct Edit {
        NormEdit edit;
    };
    struct CopyState {
        std::optional<StepIndex> step;
        StateReceiver receive;
    };
    using Command =
        std::variant<Load, Play, Pause, StepOnce, SetSpeed, SetHyperparameter, Reset, Rewind, Edit, CopyState>;

    void post(Command command);
    void thread_main(const std::stop_token& stop);
    /// Sleeps until there is a command or a step is due; true if a step is due.
    bool wait_for_work(const std::stop_token& stop);
    void take_commands();
    std::optional<Command> next_command();
    /// True if a command waits that makes going back to a step pointless.
    bool is_superseded();

    void execute(Load& command);
    void execute(const Play& command);
    void execute(const Pause& command);
    void execute(const StepOnce& command);
    void execute(const SetSpeed& command);
    void execute(const SetHyperparameter& command);
    void execute(const Reset& command);
    void execute(const Rewind& command);
    void execute(const Edit& command);
    void execute(const CopyState& command);

    void start(Experiment experiment, bool play);
    void take_step();
    void stop_diverged(const Divergence& divergence);
    void evaluate_if_due(Experiment& experiment, const telemetry::SeriesSchema& schema,
                         telemetry::StepColumns& columns);
    void set_state(telemetry::RunState state);
    void notify(std::string sentence);
    void wake_reader() const;
    /// Hands the collected columns over, at most every 16 ms unless `now`.
    void hand_over(bool now);
    void publish_snapshot();

    // Touched by the session's thread only.
    Trainer m_trainer;
    std::shared_ptr<telemetry::TelemetryQueue> m_queue;
    std::shared_ptr<telemetry::SnapshotSlot> m_snapshots;
    std::optional<Experiment> m_experiment;
    CheckpointRing m_checkpoints;
    telemetry::SeriesSchema m_schema;
    telemetry::RunState m_state = telemetry::RunState::empty;
    std::uint64_t m_run_id = 0;
    telemetry::StepColumns m_columns;
    SessionClock m_clock;
    std::optional<StepIndex> m_until;
    std::stop_token m_stop;
    std::function<void()> m_wake_reader;

    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::deque<Command> m_commands;

    std::jthread m_thread;  ///< last: it uses everything above
};

}  // namespace normscope
