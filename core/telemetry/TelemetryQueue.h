// Lossless hand-over of a run's facts from the training thread to one reader.
#pragma once

#include "core/telemetry/RunDescription.h"
#include "core/telemetry/RunEvent.h"
#include "core/telemetry/StepColumns.h"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace normscope::telemetry {

/// A new run begins; all later items belong to it.
struct RunStarted {
    std::shared_ptr<const RunDescription> description;
};

/// Something the user asked for could not be done; the run goes on as it was.
struct RunNotice {
    std::string sentence;
};

/// The run went back: it stands at this step again, and what came after it has not happened.
struct RunRewound {
    StepIndex step;
    std::map<std::string, double> hyperparameters;  ///< by HyperparameterSpec::key, in force at that step
};

/// Values of norm layers were changed by hand after this step; no values if that was refused or cancelled.
struct RunEdited {
    std::uint64_t id = 0;  ///< NormEdit::id
    StepIndex step;
    std::vector<std::pair<std::string, double>> old_values;  ///< by SettingChange::key
    std::vector<std::pair<std::string, double>> new_values;
};

/// The run has stopped at a step in which values were no longer finite; the step before was the last good one.
struct RunDiverged {
    StepIndex step;
    std::optional<LayerIndex> layer;      ///< where the first such value arose
    std::optional<ChannelIndex> channel;  ///< likewise
    std::string sentence;
};

/// In the order in which they happened.
using TelemetryItem = std::variant<RunStarted, StepColumns, RunEvent, RunNotice, RunRewound, RunEdited, RunDiverged>;

/// Unbounded while nobody drains: the reader's timer must run whenever the trainer does.
class TelemetryQueue {
   public:
    void push(TelemetryItem item);
    /// Everything pushed since the last call, oldest first.
    std::vector<TelemetryItem> drain();

   private:
    std::mutex m_mutex;
    std::vector<TelemetryItem> m_items;
};

}  // namespace normscope::telemetry
