#include "core/telemetry/StepScale.h"

#include <algorithm>

namespace normscope::telemetry {
namespace {

std::int64_t ceiling(std::int64_t whole, std::int64_t part) {
    return (whole + part - 1) / part;
}

}  // namespace

StepScale::StepScale(std::int64_t images, std::int64_t batch_size, std::int64_t accumulation, bool drop_last)
    : m_images(std::max<std::int64_t>(images, 0)), m_drop_last(drop_last) {
    m_segments.front().batch_size = std::max<std::int64_t>(batch_size, 1);
    m_segments.front().accumulation = std::max<std::int64_t>(accumulation, 1);
}

StepScale::Segment& StepScale::begin_segment(StepIndex step) {
    Segment next = segment_of(step);
    next.place = place_after(step);
    next.from = step;
    m_segments.push_back(next);
    return m_segments.back();
}

void StepScale::change_batch_size(StepIndex step, std::int64_t batch_size) {
    begin_segment(step).batch_size = std::max<std::int64_t>(batch_size, 1);
}

void StepScale::change_accumulation(StepIndex step, std::int64_t accumulation) {
    begin_segment(step).accumulation = std::max<std::int64_t>(accumulation, 1);
}

void StepScale::begin_at(StepIndex step, std::int64_t epoch, std::int64_t position) {
    Segment only = m_segments.back();
    only.from = step;
    only.place = {epoch, std::clamp<std::int64_t>(position, 0, m_images)};
    m_segments = {only};
}

void StepScale::truncate_after(StepIndex step) {
    while (m_segments.size() > 1 && m_segments.back().from > step) m_segments.pop_back();
}

const StepScale::Segment& StepScale::segment_of(StepIndex step) const {
    // A change made at a step concerns the step after it, but what counts as the end of an epoch concerns it already.
    const auto after = std::upper_bound(m_segments.begin(), m_segments.end(), step,
                                        [](StepIndex wanted, const Segment& each) { return wanted < each.from; });
    return after == m_segments.begin() ? m_segments.front() : *std::prev(after);
}

bool StepScale::is_over(const Place& place, std::int64_t batch_size) const {
    const std::int64_t left = m_images - place.position;
    return m_drop_last ? left < batch_size : left < 1;
}

StepScale::Place StepScale::advanced(const Segment& segment, std::int64_t steps) const {
    const std::int64_t size = segment.batch_size;
    const auto batches_in = [&](std::int64_t images) { return m_drop_last ? images / size : ceiling(images, size); };
    Place place = segment.place;
    if (steps <= 0 || batches_in(m_images) < 1) return place;
    const auto take = [&](std::int64_t count) {
        const std::int64_t batches = std::min(count * segment.accumulation, batches_in(m_images - place.position));
        place.position = std::min(m_images, place.position + batches * size);
    };
    if (!is_over(place, size)) {
        const std::int64_t left = ceiling(batches_in(m_images - place.position), segment.accumulation);
        take(std::min(steps, left));
        steps -= std::min(steps, left);
    }
    if (steps == 0) return place;
    const std::int64_t full = ceiling(batches_in(m_images), segment.accumulation);
    const std::int64_t whole = (steps - 1) / full;
    place = {place.epoch + 1 + whole, 0};
    take(steps - whole * full);
    return place;
}

StepScale::Place StepScale::place_after(StepIndex step) const {
    const Segment& segment = segment_of(step);
    return advanced(segment, step.value - segment.from.value);
}

double StepScale::epochs_at(StepIndex step) const {
    if (m_images == 0) return 0;
    const Segment& segment = segment_of(step);
    const auto epochs = [this](const Place& place, std::int64_t batch_size) {
        if (is_over(place, batch_size)) return static_cast<double>(place.epoch + 1);
        return static_cast<double>(place.epoch) + static_cast<double>(place.position) / static_cast<double>(m_images);
    };
    if (step < segment.from) {  // before the step at which the run was taken up nothing is known
        return epochs(segment.place, segment.batch_size) * static_cast<double>(step.value) /
               static_cast<double>(segment.from.value);
    }
    return epochs(advanced(segment, step.value - segment.from.value), segment.batch_size);
}

StepIndex StepScale::step_at(double epochs, StepIndex newest) const {
    std::int64_t low = 0;
    std::int64_t high = std::max<std::int64_t>(newest.value, 0);
    while (low < high) {  // the first step that has seen as much
        const std::int64_t middle = low + (high - low) / 2;
        if (epochs_at({middle}) < epochs) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low > 0 && epochs - epochs_at({low - 1}) < epochs_at({low}) - epochs) --low;
    return {low};
}

}  // namespace normscope::telemetry
