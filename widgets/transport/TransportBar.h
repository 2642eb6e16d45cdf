// Play, pause, step, reset, progress and speed, under the workspace.
#pragma once

#include "core/telemetry/Snapshot.h"
#include "widgets/transport/ProgressTrack.h"

#include <QString>
#include <QStringList>
#include <QWidget>

#include <optional>
#include <vector>

class QAction;
class QHBoxLayout;
class QLabel;
class QStackedWidget;

namespace normscope::widgets {

class LogSlider;
class PhaseStrip;
class Theme;

/// Shows the app's actions; what they do is theirs. `playPause` is checkable: checked means running. While an earlier
/// step is on view, the ways back stand where the speed is otherwise.
class TransportBar : public QWidget {
    Q_OBJECT

   public:
    TransportBar(Theme& theme, QAction* reset, QAction* playPause, QAction* step, QWidget* parent = nullptr);

    /// Step, epoch and progress of the newest snapshot.
    void setStatus(const telemetry::Snapshot& snapshot);
    /// Where steps lie on the track.
    void setScale(ProgressTrack::Scale scale);
    /// Marks on the track: step and label.
    void setEvents(std::vector<ProgressTrack::Event> events);
    /// The step on view; nothing while that is the newest.
    void setViewedStep(std::optional<StepIndex> step);
    /// Buttons shown while an earlier step is on view. Does not own them.
    void setViewActions(QAction* follow, QAction* rewind);
    /// One more round button, behind "one step". Does not own it.
    void addRoundAction(QAction* action, const QString& name, const QString& iconOff, const QString& iconOn);
    /// The phase of a step in slow motion, instead of the track.
    void showPhase(const QStringList& phases, int current, const QString& sentence);
    void hidePhases();
    ProgressTrack* track() const { return m_track; }
    /// Steps per second; 0 is full speed. No signal.
    void setSpeed(double stepsPerSecond);
    /// A text button for one more action, before "Reset", e.g. "Fork here". Does not own it.
    void addTextAction(QAction* action);

   signals:
    /// The user chose a speed in steps per second; 0 is full speed.
    void speedChanged(double stepsPerSecond);
    /// The user wants to see the run as it was after this step.
    void stepChosen(normscope::StepIndex step);
    /// The user wants to see the newest step again.
    void followChosen();

   protected:
    void paintEvent(QPaintEvent* event) override;

   private:
    QWidget* makeTextButton(QAction* action, const QString& text, const char* look);
    QWidget* makeStepLabels();
    QWidget* makeSpeedBox(QAction* reset);
    void applyTheme();
    void showSpeed(double stepsPerSecond);
    void showStep();

    Theme& m_theme;
    QLabel* m_step;
    QLabel* m_epoch;
    QWidget* m_stepBox = nullptr;
    ProgressTrack* m_track;
    PhaseStrip* m_phases;
    QStackedWidget* m_middle;  ///< track or phases
    QLabel* m_speedWord;
    QLabel* m_speedValue;
    LogSlider* m_speed;
    QWidget* m_speedLabels = nullptr;
    QStackedWidget* m_end;  ///< speed, or the ways back from an earlier step
    QHBoxLayout* m_viewRow = nullptr;
    QHBoxLayout* m_row;
    QHBoxLayout* m_buttons;
    QHBoxLayout* m_texts = nullptr;
    telemetry::Snapshot m_snapshot;
};

}  // namespace normscope::widgets
