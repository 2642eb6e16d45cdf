#include "core/train/TrainingSession.h"

#include "core/Error.h"
#include "core/telemetry/Hyperparameter.h"
#include "core/train/ExactText.h"
#include "core/train/Recorder.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace normscope {

using telemetry::RunState;

namespace {

/// Steps between checkpoints: no replay of recent steps is longer, and copying costs next to nothing.
constexpr std::int64_t checkpoint_every = 8;

/// As a time axis marks it; the numbers only if there is one.
telemetry::RunEvent event_of(const NormEdit& edit, const telemetry::RunEdited& edited) {
    const auto& [key, value] = edited.new_values.front();
    const bool single = edited.new_values.size() == 1;
    return {.step = edited.step,
            .key = single ? key : parse_norm_key(key)->layer,
            .label = edit.label,
            .old_value = single ? exact_text(edited.old_values.front().second) : std::string(),
            .new_value = single ? exact_text(value) : std::string()};
}

}  // namespace

TrainingSession::TrainingSession(const Options& options, std::shared_ptr<telemetry::TelemetryQueue> queue,
                                 std::shared_ptr<telemetry::SnapshotSlot> snapshots)
    : m_trainer(options.threads),
      m_queue(std::move(queue)),
      m_snapshots(std::move(snapshots)),
      m_checkpoints(options.checkpoint_bytes),
      m_wake_reader(options.wake_reader),
      m_thread([this](const std::stop_token& stop) { thread_main(stop); }) {}

TrainingSession::~TrainingSession() = default;  // the jthread stops and joins first

void TrainingSession::load(ExperimentFactory factory, bool play_at_once) {
    post(Load{std::move(factory), play_at_once});
}
void TrainingSession::play(std::optional<StepIndex> until) {
    post(Play{until});
}
void TrainingSession::pause() {
    post(Pause{});
}
void TrainingSession::step_once() {
    post(StepOnce{});
}
void TrainingSession::set_speed(double steps_per_second) {
    post(SetSpeed{steps_per_second});
}
void TrainingSession::set_hyperparameter(std::string key, double value) {
    post(SetHyperparameter{std::move(key), value});
}
void TrainingSession::reset(bool play_at_once) {
    post(Reset{play_at_once});
}

void TrainingSession::rewind(StepIndex step) {
    post(Rewind{step});
}

void TrainingSession::edit(NormEdit edit) {
    post(Edit{std::move(edit)});
}

void TrainingSession::copy_state(std::optional<StepIndex> step, StateReceiver receive) {
    post(CopyState{step, std::move(receive)});
}

void TrainingSession::post(Command command) {
    {
        const std::lock_guard lock(m_mutex);
        m_commands.push_back(std::move(command));
    }
    m_wake.notify_one();
}

void TrainingSession::thread_main(const std::stop_token& stop) {
    m_stop = stop;
    while (!stop.stop_requested()) {
        const bool step_due = wait_for_work(stop);
        if (stop.stop_requested()) return;
        try {
            take_commands();
            if (step_due && m_state == RunState::playing) take_step();
        } catch (const std::exception& error) {
            // Whatever went wrong, the run stays as it is and can be looked at.
            notify(error.what());
            if (m_state == RunState::playing) set_state(RunState::paused);
        }
    }
}

bool TrainingSession::wait_for_work(const std::stop_token& stop) {
    std::unique_lock lock(m_mutex);
    const auto has_command = [this] { return !m_commands.empty(); };
    if (m_state != RunState::playing) {
        m_wake.wait(lock, stop, has_command);
        return false;
    }
    if (m_clock.full_speed()) return true;
    m_wake.wait_until(lock, stop, m_clock.due(), has_command);
    return SessionClock::Clock::now() >= m_clock.due();
}

void TrainingSession::take_commands() {
    while (auto command = next_command()) {
        try {
            std::visit([this](auto& chosen) { execute(chosen); }, *command);
        } catch (const std::exception& error) {
            notify(error.what());
        }
    }
}

std::optional<TrainingSession::Command> TrainingSession::next_command() {
    const std::lock_guard lock(m_mutex);
    if (m_commands.empty() || m_stop.stop_requested()) return std::nullopt;
    Command command = std::move(m_commands.front());
    m_commands.pop_front();
    return command;
}

bool TrainingSession::is_superseded() {
    if (m_stop.stop_requested()) return true;
    const std::lock_guard lock(m_mutex);
    return std::ranges::any_of(m_commands, [](const Command& command) {
        return std::holds_alternative<Rewind>(command) || std::holds_alternative<Load>(command) ||
               std::holds_alternative<Reset>(command) || std::holds_alternative<Edit>(command);
    });
}

void TrainingSession::execute(Load& command) {
    const RunState before = m_state;
    set_state(RunState::loading);
    try {
        start(command.factory(), command.play);
    } catch (...) {
        set_state(before);
        throw;
    }
}

void TrainingSession::execute(const Play& command) {
    m_until = command.until;
    if (!m_experiment) return;
    if (m_until && m_experiment->step() >= *m_until) return execute(Pause{});
    if (m_state == RunState::playing) return;
    if (m_state == RunState::diverged)
        return notify("The run has diverged: go back to the last good step or reset it, with a smaller learning rate.");
    if (m_experiment->finished()) m_experiment->extend();
    m_clock.resume();
    set_state(RunState::playing);
}

void TrainingSession::execute(const Pause& /*command*/) {
    if (m_state == RunState::playing) set_state(RunState::paused);
}

void TrainingSession::execute(const StepOnce& /*command*/) {
    if (!m_experiment || m_state == RunState::diverged) return;
    if (m_experiment->finished()) m_experiment->extend();
    take_step();
    if (m_state != RunState::diverged) set_state(RunState::paused);
}

void TrainingSession::execute(const SetSpeed& command) {
    m_clock.set_speed(command.steps_per_second);
}

void TrainingSession::execute(const SetHyperparameter& command) {
    if (!m_experiment) return;
    const auto* spec = telemetry::find_hyperparameter(command.key);
    if (!spec) throw InputError("There is no setting '" + command.key + "'.");
    const double old_value = value_of(m_experiment->recipe(), command.key);
    if (telemetry::same_value(old_value, command.value)) return;
    m_experiment->set_hyperparameter(command.key, command.value);

    hand_over(true);  // the steps before the change come before it
    const std::string old_text = telemetry::format_value(*spec, old_value);
    const std::string new_text = telemetry::format_value(*spec, command.value);
    m_queue->push(telemetry::RunEvent{.step = m_experiment->step(),
                                      .key = command.key,
                                      .label = std::string(spec->name) + " " + new_text,
                                      .old_value = old_text,
                                      .new_value = new_text});
    publish_snapshot();
    wake_reader();
}

void TrainingSession::execute(const Reset& command) {
    if (!m_experiment) return;
    start(Experiment(m_experiment->recipe(), m_experiment->data()), command.play);
}

void TrainingSession::execute(const Rewind& command) {
    if (!m_experiment) return;
    if (command.step > m_experiment->step()) {
        return notify("Step " + std::to_string(command.step.value) + " has not been taken yet.");
    }
    if (command.step == m_experiment->step()) return execute(Pause{});
    const RunState before = m_state;
    set_state(RunState::loading);
    try {
        auto reached =
            m_checkpoints.reach(command.step, m_experiment->changes(), m_trainer, [this] { return is_superseded(); });
        if (!reached) return set_state(before == RunState::playing ? RunState::paused : before);
        m_experiment = std::move(reached);
    } catch (...) {
        set_state(before);
        throw;
    }
    m_checkpoints.forget_after(command.step);
    m_until.reset();
    m_queue->push(telemetry::RunRewound{command.step, describe(*m_experiment, m_run_id).hyperparameters});
    set_state(RunState::paused);
}

void TrainingSession::execute(const Edit& command) {
    if (!m_experiment) return;
    const NormEdit& edit = command.edit;
    const instruments::Watch watch{edit.watch.stop, [this, &edit](double share) {
                                       if (is_superseded()) throw instruments::Cancelled();
                                       if (edit.watch.progress) edit.watch.progress(share);
                                   }};
    telemetry::RunEdited edited{.id = edit.id, .step = m_experiment->step(), .old_values = {}, .new_values = {}};
    try {
        const NormValues wanted = edit.values(*m_experiment, m_trainer.pool(), watch);
        edited.old_values = norm_values(m_experiment->network(), wanted);
        m_experiment->edit(wanted);
        edited.new_values = norm_values(m_experiment->network(), wanted);
    } catch (const instruments::Cancelled&) {
        edited.old_values.clear();
    } catch (...) {
        m_queue->push(telemetry::RunEdited{.id = edit.id, .step = edited.step, .old_values = {}, .new_values = {}});
        throw;
    }
    hand_over(true);  // the steps before the change come before it
    if (!edited.new_values.empty()) m_queue->push(event_of(edit, edited));
    m_queue->push(std::move(edited));
    publish_snapshot();
    wake_reader();
}

void TrainingSession::execute(const CopyState& command) {
    if (!m_experiment) return command.receive(std::nullopt);
    StatePath path;
    if (command.step && *command.step < m_experiment->step()) {
        path = m_checkpoints.path_to(*command.step, m_experiment->changes());
    } else {
        path = {.step = m_experiment->step(),
                .from = std::make_shared<const Experiment>(*m_experiment),
                .changes = m_experiment->changes()};
    }
    path.run_id = m_run_id;
    command.receive(std::move(path));
}

void TrainingSession::start(Experiment experiment, bool play) {
    // Whatever may fail comes before the old run is touched: evaluating reads images.
    auto schema = make_schema(experiment.network());
    telemetry::StepColumns columns;
    evaluate_if_due(experiment, schema, columns);
    auto description = std::make_shared<const telemetry::RunDescription>(describe(experiment, m_run_id + 1));
    hand_over(true);
    m_experiment.emplace(std::move(experiment));
    m_checkpoints.clear();
    m_checkpoints.push(*m_experiment);
    m_schema = std::move(schema);
    m_until.reset();
    m_clock.forget();
    m_clock.resume();
    ++m_run_id;
    m_queue->push(telemetry::RunStarted{std::move(description)});
    m_columns = std::move(columns);
    set_state(play ? RunState::playing : RunState::paused);
}

void TrainingSession::take_step() {
    const auto begin = SessionClock::Clock::now();
    const StepResult result = m_trainer.step(*m_experiment);
    const auto recording = SessionClock::Clock::now();
    record_step(*m_experiment, result, m_columns);
    if (m_experiment->step().value % checkpoint_every == 0) m_checkpoints.push(*m_experiment);
    const auto end = SessionClock::Clock::now();
    m_clock.step_done(begin, end, end - recording, result.images);
    evaluate_if_due(*m_experiment, m_schema, m_columns);

    if (result.divergence) {
        stop_diverged(*result.divergence);
    } else if (m_experiment->finished()) {
        set_state(RunState::finished);
    } else if (m_until && m_experiment->step() >= *m_until) {
        m_until.reset();
        if (m_state == RunState::playing) set_state(RunState::paused);
    }
    hand_over(!m_clock.full_speed());
}

void TrainingSession::stop_diverged(const Divergence& divergence) {
    const std::string found = sentence(divergence);
    hand_over(true);  // the step itself comes first
    m_queue->push(telemetry::RunDiverged{divergence.step, divergence.layer_index, divergence.channel, found});
    set_state(RunState::diverged);
    notify(found + " The run has stopped there; step " + std::to_string(divergence.step.value - 1) +
           " was the last good one, and going back to it brings its running statistics back. " + advice(divergence));
}

void TrainingSession::evaluate_if_due(Experiment& experiment, const telemetry::SeriesSchema& schema,
                                      telemetry::StepColumns& columns) {
    if (!evaluation_due(experiment)) return;
    const auto evaluation = m_trainer.evaluate(experiment, experiment.recipe().record.eval_images);
    record_evaluation(experiment, schema, evaluation, columns);
}

void TrainingSession::set_state(RunState state) {
    m_state = state;
    hand_over(true);
    wake_reader();
}

void TrainingSession::notify(std::string sentence) {
    m_queue->push(telemetry::RunNotice{std::move(sentence)});
    wake_reader();
}

void TrainingSession::wake_reader() const {
    if (m_wake_reader) m_wake_reader();
}

void TrainingSession::hand_over(bool now) {
    if (!m_clock.hand_over_due() && !now) return;
    if (!m_columns.empty()) m_queue->push(std::exchange(m_columns, {}));
    publish_snapshot();
}

void TrainingSession::publish_snapshot() {
    auto snapshot = std::make_shared<telemetry::Snapshot>();
    snapshot->run_id = m_run_id;
    snapshot->state = m_state;
    if (m_experiment) {
        const auto batch = m_experiment->recipe().data.batch_size;
        const BatchSampler& sampler = m_experiment->sampler();
        snapshot->step = m_experiment->step();
        snapshot->epoch = sampler.epoch(batch);
        snapshot->batches_per_epoch = sampler.batches_per_epoch(batch);
        snapshot->batch_in_epoch = (sampler.position(batch) + batch - 1) / batch;
        snapshot->planned_epochs = m_experiment->planned_epochs();
        snapshot->progress = m_experiment->progress();
        snapshot->images_per_second = m_clock.images_per_second();
        if (m_clock.images_per_second() > 0) {
            const double images =
                static_cast<double>(m_experiment->data().train->size() * m_experiment->planned_epochs());
            snapshot->seconds_left = (1 - m_experiment->progress()) * images / m_clock.images_per_second();
        }
        snapshot->step_milliseconds = m_clock.step_seconds() * 1e3;
        snapshot->recording_share = m_clock.recording_share();
    }
    m_snapshots->publish(std::move(snapshot));
}

}  // namespace normscope
