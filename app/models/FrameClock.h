// The window's pulse while something runs.
#pragma once

#include "app/models/RunModel.h"

#include <QObject>
#include <QTimer>

namespace normscope::app {

/// Drains the RunModel about 60 times a second while a run is active, and not at all otherwise. Where
/// drawing takes more than a tenth of the time between ticks, it halves its own rate, down to 4 Hz.
class FrameClock : public QObject {
    Q_OBJECT

   public:
    explicit FrameClock(RunModel& model, QObject* parent = nullptr);

    bool isRunning() const { return m_timer.isActive(); }
    int intervalMilliseconds() const { return m_timer.interval(); }
    /// Spent on ticks so far.
    double spentMilliseconds() const { return m_allSpent; }

   public slots:
    /// Something is waiting to be drained.
    void wake();

   private:
    void tick();
    void adapt(double spentMilliseconds);

    RunModel& m_model;
    QTimer m_timer;
    double m_spent = 0;  ///< smoothed milliseconds of a tick
    double m_allSpent = 0;
};

}  // namespace normscope::app
