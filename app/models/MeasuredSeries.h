// Values measured at some steps only, as a history that plots can draw.
#pragma once

#include "core/telemetry/SeriesStore.h"

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace normscope::app {

/// One value of every series at each measured step, in any order of steps. Memory is bounded: of more than mostSteps
/// steps every second one of the older three quarters goes. The store stays the same object for good.
class MeasuredSeries {
   public:
    static constexpr std::size_t mostSteps = 256;

    /// A schema of sparse series.
    explicit MeasuredSeries(std::shared_ptr<const telemetry::SeriesSchema> schema);

    /// Values in the order of the schema; those measured before at that step give way.
    void insert(StepIndex step, std::vector<float> values);
    /// Forgets what was measured after the step: the run went back to it.
    void truncateAfter(StepIndex step);

    std::shared_ptr<const telemetry::SeriesStore> store() const { return m_store; }
    std::size_t size() const { return m_values.size(); }
    /// Null if nothing was measured at that step, or if it was dropped.
    const std::vector<float>* at(StepIndex step) const;
    std::optional<StepIndex> newest() const;
    /// The measured step nearest to `step`.
    std::optional<StepIndex> nearest(StepIndex step) const;

   private:
    void append(StepIndex step, const std::vector<float>& values);
    void rebuild();

    std::shared_ptr<const telemetry::SeriesSchema> m_schema;
    std::shared_ptr<telemetry::SeriesStore> m_store;
    std::map<StepIndex, std::vector<float>> m_values;
};

}  // namespace normscope::app
