// Owns the training session and the actions that drive it.
#pragma once

#include "app/models/FrameClock.h"
#include "app/models/RunModel.h"
#include "core/recipe/Recipe.h"
#include "core/train/TrainingSession.h"

#include <QAction>
#include <QObject>

#include <functional>
#include <memory>
#include <optional>

namespace normscope::app {

class DataCache;

/// Makes the recipe on the session's thread, where files may be read. May throw InputError.
using RecipeSource = std::function<Recipe()>;

/// Play, pause, step, reset, speed; loading experiments. GUI thread; nothing here waits.
class RunController : public QObject {
    Q_OBJECT

   public:
    /// `threads` computing; 0: as many as the machine has cores.
    explicit RunController(int threads, QObject* parent = nullptr);
    ~RunController() override;

    RunModel& model() { return m_model; }
    int threads() const { return m_threads; }
    /// Data sets already read.
    const std::shared_ptr<DataCache>& dataCache() const { return m_data; }
    QAction* playPauseAction() { return &m_playPause; }
    QAction* stepAction() { return &m_step; }
    /// What it starts again with is the ExperimentController's to say, which connects it.
    QAction* resetAction() { return &m_reset; }
    /// Enabled while the run stands diverged: back to the step before, whose running statistics are good.
    QAction* lastGoodStepAction() { return &m_lastGoodStep; }

    /// Builds the experiment and starts it. If that fails, the run there is goes on and model().noticed()
    /// says why. Data sets already read are used again.
    void load(RecipeSource recipe, bool playAtOnce);

    /// Goes on from a file: a saved run to the same bits, a checkpoint with its weights and statistics at step 0. A
    /// checkpoint that does not say its recipe (PyTorch's) is for a network of `fallback`. If that fails, the run there
    /// is goes on and model().noticed() says why.
    void loadSaved(const QString& path, const Recipe& fallback, bool playAtOnce);

    /// The state after `step` (none: the newest) for the receiver, on the GUI thread; not if it is gone by then.
    void requestState(QObject* receiver, std::optional<StepIndex> step,
                      std::function<void(const std::optional<StatePath>&)> receive);

    /// See TrainingSession::copy_state(); `receive` is called on the session's thread.
    void copyState(std::optional<StepIndex> step, StateReceiver receive);

   public slots:
    void play();
    /// Full speed up to this step, then pause.
    void playUntil(normscope::StepIndex step);
    void pause();
    void stepOnce();
    void reset();
    /// Back to a step already taken, with what was set then, and pause.
    void rewind(normscope::StepIndex step);
    /// Steps a second; 0 is full speed.
    void setSpeed(double stepsPerSecond);
    void setHyperparameter(const QString& key, double value);

   private:
    void followState();

    int m_threads;
    std::shared_ptr<telemetry::TelemetryQueue> m_queue = std::make_shared<telemetry::TelemetryQueue>();
    std::shared_ptr<telemetry::SnapshotSlot> m_snapshots = std::make_shared<telemetry::SnapshotSlot>();
    RunModel m_model{m_queue, m_snapshots};
    FrameClock m_clock{m_model};
    QAction m_playPause;
    QAction m_step;
    QAction m_reset;
    QAction m_lastGoodStep;
    std::shared_ptr<DataCache> m_data;
    std::unique_ptr<TrainingSession> m_session;
};

}  // namespace normscope::app
