#include "app/controllers/RunController.h"

#include "app/controllers/DataCache.h"
#include "core/io/ReadFile.h"
#include "core/train/Checkpoint.h"
#include "core/train/ResumeFile.h"

#include <QPointer>

#include <algorithm>
#include <thread>
#include <utility>

namespace normscope::app {

using telemetry::RunState;

RunController::RunController(int threads, QObject* parent)
    : QObject(parent),
      m_threads(threads > 0 ? threads : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()))),
      m_data(std::make_shared<DataCache>()) {
    m_playPause.setText(tr("&Play"));
    m_playPause.setCheckable(true);
    m_playPause.setShortcut(Qt::Key_Space);
    m_playPause.setToolTip(tr("Train, or pause after the step being taken"));
    m_step.setText(tr("&One step"));
    m_step.setShortcut(Qt::Key_Period);
    m_step.setToolTip(tr("Take one training step and pause"));
    m_reset.setText(tr("&Reset"));
    m_reset.setShortcut(QKeySequence(Qt::CTRL | Qt::Key_R));
    m_reset.setToolTip(tr("Start again at step 0 with the present settings"));
    m_lastGoodStep.setText(tr("&Back to the last good step"));
    m_lastGoodStep.setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Backspace));
    m_lastGoodStep.setToolTip(
        tr("Go back to the step before values stopped being finite, with its running statistics"));
    connect(&m_playPause, &QAction::triggered, this, [this](bool checked) { checked ? play() : pause(); });
    connect(&m_step, &QAction::triggered, this, &RunController::stepOnce);
    connect(&m_lastGoodStep, &QAction::triggered, this, [this] {
        if (m_model.divergence()) rewind(StepIndex{m_model.divergence()->step.value - 1});
    });
    connect(&m_model, &RunModel::snapshotChanged, this, &RunController::followState);
    followState();

    TrainingSession::Options options;
    options.threads = m_threads;
    // On the session's thread: queued to ours. The session ends before the clock does.
    options.wake_reader = [this] { QMetaObject::invokeMethod(&m_clock, &FrameClock::wake, Qt::QueuedConnection); };
    m_session = std::make_unique<TrainingSession>(options, m_queue, m_snapshots);
}

RunController::~RunController() {
    m_session.reset();
}

void RunController::load(RecipeSource recipe, bool playAtOnce) {
    m_session->load(
        [recipe = std::move(recipe), cache = m_data] {
            Recipe made = recipe();
            DataSplit data = cache->load(made.data);
            return Experiment(std::move(made), std::move(data));
        },
        playAtOnce);
}

void RunController::loadSaved(const QString& path, const Recipe& fallback, bool playAtOnce) {
    m_session->load(
        [this, name = path.toStdString(), fallback, cache = m_data] {
            const auto bytes = io::read_file(name, max_checkpoint_bytes);
            if (holds_run(bytes, name)) {
                const ResumeFile file = parse_resume_file(bytes, name);
                return restore_experiment(file, cache->load(file.recipe.data));
            }
            const ModelState state = parse_model_state(bytes, name);
            const Recipe recipe = state.recipe.value_or(fallback);
            Experiment experiment(recipe, cache->load(recipe.data));
            for (const std::string& warning : apply_model_state(state, experiment.network())) {
                QMetaObject::invokeMethod(
                    &m_model, [this, text = QString::fromStdString(warning)] { emit m_model.noticed(text); },
                    Qt::QueuedConnection);
            }
            return experiment;
        },
        playAtOnce);
}

void RunController::requestState(QObject* receiver, std::optional<StepIndex> step,
                                 std::function<void(const std::optional<StatePath>&)> receive) {
    // This object outlives the session, on whose thread the state arrives.
    copyState(step, [this, alive = QPointer<QObject>(receiver), receive = std::move(receive)](auto state) mutable {
        QMetaObject::invokeMethod(
            this,
            [alive, receive = std::move(receive), state = std::move(state)] {
                if (alive) receive(state);
            },
            Qt::QueuedConnection);
    });
}

void RunController::editNorm(NormEdit edit) {
    m_session->edit(std::move(edit));
}

void RunController::copyState(std::optional<StepIndex> step, StateReceiver receive) {
    m_session->copy_state(step, std::move(receive));
}

void RunController::play() {
    m_session->play();
}

void RunController::playUntil(StepIndex step) {
    m_session->set_speed(0);
    m_session->play(step);
}

void RunController::pause() {
    m_session->pause();
}
void RunController::stepOnce() {
    m_session->step_once();
}
void RunController::reset() {
    m_session->reset(m_model.snapshot().state == RunState::playing);
}
void RunController::rewind(StepIndex step) {
    m_session->rewind(step);
}
void RunController::setSpeed(double stepsPerSecond) {
    m_session->set_speed(stepsPerSecond);
}

void RunController::setHyperparameter(const QString& key, double value) {
    m_session->set_hyperparameter(key.toStdString(), value);
}

void RunController::followState() {
    const RunState state = m_model.snapshot().state;
    const bool loaded = state != RunState::empty && state != RunState::loading;
    m_playPause.setEnabled(loaded && state != RunState::diverged);
    m_playPause.setChecked(state == RunState::playing);
    m_playPause.setText(state == RunState::playing ? tr("&Pause") : tr("&Play"));
    m_step.setEnabled(loaded && state != RunState::diverged);
    m_reset.setEnabled(loaded);
    m_lastGoodStep.setEnabled(state == RunState::diverged);
}

}  // namespace normscope::app
