// Which share of a run a step stands for: the planned run is measured in epochs, steps are not all equally long.
#pragma once

#include "core/telemetry/Indices.h"

#include <cstdint>
#include <vector>

namespace normscope::telemetry {

/// Follows the batches of a run as they are drawn: epochs of `images`, steps of `accumulation` batches that never reach
/// into the next epoch, batch sizes that change at known steps. Exact for every step, in constant memory for each
/// change; the counterpart of Experiment::progress() for steps long past.
class StepScale {
   public:
    StepScale() = default;
    /// A run that begins at step 0.
    StepScale(std::int64_t images, std::int64_t batch_size, std::int64_t accumulation, bool drop_last);

    /// Each from the step after `step` on. Steps must not descend.
    void change_batch_size(StepIndex step, std::int64_t batch_size);
    void change_accumulation(StepIndex step, std::int64_t accumulation);
    /// What is known of a run that was taken up at `step`: epochs done and images of the present one.
    void begin_at(StepIndex step, std::int64_t epoch, std::int64_t position);
    /// Forgets the changes after `step`.
    void truncate_after(StepIndex step);

    /// Epochs seen after `step`; never descends. 0 without images.
    double epochs_at(StepIndex step) const;
    /// The step in 0 … `newest` after which the seen epochs come nearest to `epochs`.
    StepIndex step_at(double epochs, StepIndex newest) const;

   private:
    struct Place {
        std::int64_t epoch = 0;
        std::int64_t position = 0;
    };
    /// Steps after `from` take `accumulation` batches of `batch_size`.
    struct Segment {
        StepIndex from;
        Place place;
        std::int64_t batch_size = 1;
        std::int64_t accumulation = 1;
    };

    Segment& begin_segment(StepIndex step);
    const Segment& segment_of(StepIndex step) const;
    bool is_over(const Place& place, std::int64_t batch_size) const;
    /// Where so many steps lead to.
    Place advanced(const Segment& segment, std::int64_t steps) const;
    Place place_after(StepIndex step) const;

    std::int64_t m_images = 0;
    bool m_drop_last = false;
    std::vector<Segment> m_segments{Segment{}};
};

}  // namespace normscope::telemetry
