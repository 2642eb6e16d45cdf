// The exact statistics of the current weights, step by step: what running statistics try to be.
#pragma once

#include "app/models/MeasuredSeries.h"
#include "app/models/StateFeed.h"
#include "core/instruments/PopulationStatistics.h"

#include <QObject>

#include <optional>

namespace normscope::app {

/// Measures population statistics of every norm layer through the feed, on demand over all training images, and every
/// so many steps over a few batches of them. Keeps them by step, in bounded memory.
class ExactStatistics : public QObject {
    Q_OBJECT

   public:
    /// Batches of a measurement that comes by itself: its cost is bounded.
    static constexpr std::int64_t batchesByItself = 16;

    ExactStatistics(RunModel& run, StateFeed& feed, QObject* parent = nullptr);

    /// Null before the first run. Has population_mean and population_var by layer and channel.
    std::shared_ptr<const telemetry::SeriesStore> store() const { return m_series ? m_series->store() : nullptr; }
    /// Number of steps measured.
    std::size_t size() const { return m_series ? m_series->size() : 0; }
    /// A measurement over all training images is under way.
    bool isComputing() const { return m_computing; }
    /// Images of the newest measurement.
    std::int64_t images() const { return m_images; }

    /// Measures again once so many steps have passed; 0: never by itself.
    void setEvery(std::int64_t steps) { m_every = steps; }
    std::int64_t every() const { return m_every; }

   public slots:
    /// The state on view, over all training images.
    void compute();
    void cancel();
    /// The state on view over a few batches, if it is due. Call it whenever that state is another one.
    void measureIfDue();

   signals:
    /// The store has others steps than before, or is another one.
    void changed();
    /// isComputing() changed.
    void computingChanged();
    /// Of compute(): 0 … 1.
    void progressed(double share);

   private:
    void startRun();
    void measure(std::int64_t batches);
    void take(std::uint64_t run, StepIndex step, const instruments::PopulationStatistics& found);
    void setComputing(bool on);

    RunModel& m_run;
    StateFeed& m_feed;
    std::optional<MeasuredSeries> m_series;
    std::int64_t m_every = 0;
    std::int64_t m_images = 0;
    bool m_computing = false;
};

}  // namespace normscope::app
