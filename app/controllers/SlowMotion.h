// One training step slow enough to watch: batch, forward, statistics, backward, update.
#pragma once

#include "app/controllers/RunController.h"
#include "app/models/SelectionModel.h"
#include "app/models/StateFeed.h"
#include "core/instruments/StepPreview.h"

#include <QAction>
#include <QObject>
#include <QStringList>
#include <QTimer>

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

namespace normscope::app {

/// Pauses the run, computes its next step on a copy, tells the phases with the numbers of that step, and takes the
/// step itself when it comes to the update: the same bits, since a copy goes on to the same bits. Whatever else
/// happens to the run meanwhile ends it. GUI thread.
class SlowMotion : public QObject {
    Q_OBJECT

   public:
    enum class Phase { Batch, Forward, Statistics, Backward, Update };

    SlowMotion(RunController& run, StateFeed& feed, SelectionModel& selection, QObject* parent = nullptr);

    /// Checked while a step is being shown; triggering it again stops.
    QAction* action() { return &m_action; }
    bool isRunning() const { return m_waiting || m_preview; }
    /// Names in order of Phase.
    static QStringList phaseNames();
    /// What is being shown; null before the numbers are there.
    const instruments::StepPreview* preview() const { return m_preview.get(); }
    /// 1.6 s unless told.
    void setPhaseDuration(std::chrono::milliseconds duration) { m_phaseDuration = duration; }

   public slots:
    void start();
    void stop();

   signals:
    void phaseShown(normscope::app::SlowMotion::Phase phase, const QString& sentence);
    /// Where the step is: a position in RunDescription::layers, −1 for the input; nothing between passes.
    void layerReached(std::optional<normscope::LayerIndex> layer);
    void ended();

   private:
    /// What is shown at once.
    struct Frame {
        Phase phase;
        std::optional<LayerIndex> layer;
        std::chrono::milliseconds duration;
    };

    void askForPreview();
    void begin(std::shared_ptr<const instruments::StepPreview> preview);
    void makeFrames();
    void showNextFrame();
    QString sentence(Phase phase, std::optional<LayerIndex> layer) const;
    QString statisticsSentence(LayerIndex layer) const;
    QString updateSentence() const;
    const instruments::NormPreview* normAt(LayerIndex layer) const;
    QString layerName(LayerIndex layer) const;
    void followRun();

    RunController& m_run;
    StateFeed& m_feed;
    SelectionModel& m_selection;
    QAction m_action;
    QTimer m_timer;
    std::chrono::milliseconds m_phaseDuration{1600};
    bool m_waiting = false;
    std::shared_ptr<const instruments::StepPreview> m_preview;
    std::vector<Frame> m_frames;
    std::size_t m_next = 0;
    bool m_stepTaken = false;
};

}  // namespace normscope::app
