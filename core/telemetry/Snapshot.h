// The newest state of a run, published by the training thread, read by the window.
#pragma once

#include "core/telemetry/Indices.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace normscope::telemetry {

enum class RunState {
    empty,     ///< nothing loaded yet
    loading,   ///< data and network are being made
    playing,   ///< steps are being taken
    paused,    ///< waits for play or step
    finished,  ///< all planned epochs are done; play adds as many again
    diverged,  ///< a value was not finite: paused at that step
};

/// Immutable once published.
struct Snapshot {
    std::uint64_t run_id = 0;
    RunState state = RunState::empty;
    StepIndex step;                      ///< optimizer updates done
    std::int64_t epoch = 0;              ///< zero-based epoch the next batch belongs to
    std::int64_t batch_in_epoch = 0;     ///< batches already taken from that epoch
    std::int64_t batches_per_epoch = 0;  ///< at the present batch size
    std::int64_t planned_epochs = 0;
    double progress = 0;                 ///< share of the planned images seen, 0…1
    double images_per_second = 0;        ///< of training steps, without pauses; 0 while unknown
    std::optional<double> seconds_left;  ///< until the planned epochs are done at this rate
    double step_milliseconds = 0;        ///< recent mean duration of a training step
    double recording_share = 0;          ///< share of a step spent on recording and handing over, 0…1
};

/// Newest wins: the trainer overwrites, the window takes. A mutex held for a pointer copy only.
class SnapshotSlot {
   public:
    void publish(std::shared_ptr<const Snapshot> snapshot);
    /// The newest snapshot published since the last call, or null.
    std::shared_ptr<const Snapshot> take();

   private:
    std::mutex m_mutex;
    std::shared_ptr<const Snapshot> m_newest;
};

}  // namespace normscope::telemetry
