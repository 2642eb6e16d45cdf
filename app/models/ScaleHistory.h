// How large activations and gradients were, layer by layer, at the steps measured.
#pragma once

#include "app/models/MeasuredSeries.h"
#include "core/instruments/ActivationScale.h"

#include <memory>
#include <optional>

namespace normscope::app {

/// Of one run: the newest measurement, and a history in bounded memory. GUI thread.
class ScaleHistory {
   public:
    /// A measurement of another run than the last one begins a new history.
    void add(std::uint64_t run, StepIndex step, instruments::ActivationScale found);
    void truncateAfter(StepIndex step);
    void clear();

    /// Null before the first measurement. Has activation_rms, gradient_rms and saturated_share by layer, and
    /// update_ratio by layer and number of the parameter tensor within it.
    std::shared_ptr<const telemetry::SeriesStore> store() const { return m_series ? m_series->store() : nullptr; }
    /// The measurement shown last; nothing before the first.
    const std::optional<instruments::ActivationScale>& newest() const { return m_newest; }
    StepIndex newestStep() const { return m_newestStep; }
    std::uint64_t run() const { return m_run; }

    /// The layer that has a parameter, by its full name.
    static std::optional<LayerIndex> layerOf(const instruments::ActivationScale& scale, const std::string& parameter);

   private:
    std::uint64_t m_run = 0;
    std::optional<MeasuredSeries> m_series;
    std::optional<instruments::ActivationScale> m_newest;
    StepIndex m_newestStep;
};

}  // namespace normscope::app
