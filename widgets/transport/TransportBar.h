// Play, pause, step, reset, progress and speed, under the workspace.
#pragma once

#include "core/telemetry/Snapshot.h"

#include <QString>
#include <QWidget>

#include <utility>
#include <vector>

class QAction;
class QHBoxLayout;
class QLabel;

namespace normscope::widgets {

class LogSlider;
class ProgressTrack;
class Theme;

/// Shows the app's actions; what they do is theirs. `playPause` is checkable: checked means running.
class TransportBar : public QWidget {
    Q_OBJECT

   public:
    TransportBar(Theme& theme, QAction* reset, QAction* playPause, QAction* step, QWidget* parent = nullptr);

    /// Step, epoch and progress of the newest snapshot.
    void setStatus(const telemetry::Snapshot& snapshot);
    /// Share of the planned run, 0 … 1.
    void setProgress(double progress);
    /// Marks on the track: share of the planned run and label.
    void setEvents(std::vector<std::pair<double, QString>> events);
    /// Steps per second; 0 is full speed. No signal.
    void setSpeed(double stepsPerSecond);
    /// A text button for one more action, before "Reset", e.g. "Fork here". Does not own it.
    void addTextAction(QAction* action);

   signals:
    /// The user chose a speed in steps per second; 0 is full speed.
    void speedChanged(double stepsPerSecond);

   protected:
    void paintEvent(QPaintEvent* event) override;

   private:
    QWidget* makeTextButton(QAction* action, const QString& text);
    QWidget* makeStepLabels();
    QWidget* makeSpeedLabels();
    void applyTheme();
    void showSpeed(double stepsPerSecond);

    Theme& m_theme;
    QLabel* m_step;
    QLabel* m_epoch;
    ProgressTrack* m_track;
    QLabel* m_speedWord;
    QLabel* m_speedValue;
    LogSlider* m_speed;
    QHBoxLayout* m_row;
};

}  // namespace normscope::widgets
