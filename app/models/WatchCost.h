// What it costs to watch a run instead of letting it go unseen.
#pragma once

#include "app/models/StateFeed.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <functional>

namespace normscope::app {

/// Shares of the time of a run that goes on, 0 … 1.
struct CostShares {
    double recording = 0;  ///< writing down each step's numbers, on the training thread
    double measuring = 0;  ///< what pages measure beside the run
    double drawing = 0;    ///< redrawing plots
    double all() const { return recording + measuring + drawing; }
};

/// Measures every half second while the run plays; the last shares stay while it does not.
class WatchCost : public QObject {
    Q_OBJECT

   public:
    /// `drawn`: milliseconds spent on drawing so far; never descends but when a plot goes.
    WatchCost(RunController& run, const StateFeed& feed, std::function<double()> drawn, QObject* parent = nullptr);

    const CostShares& shares() const { return m_shares; }

   signals:
    void changed();

   private:
    void measure();

    RunModel& m_model;
    const StateFeed& m_feed;
    std::function<double()> m_drawn;
    QTimer m_timer;
    QElapsedTimer m_since;
    double m_drawnBefore = 0;
    CostShares m_shares;
};

}  // namespace normscope::app
