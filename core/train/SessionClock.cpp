#include "core/train/SessionClock.h"

#include <algorithm>

namespace normscope {

void SessionClock::set_speed(double steps_per_second) {
    constexpr double slowest = 1e-3;  // a step in a quarter of an hour; keeps the interval representable
    if (steps_per_second > 0) steps_per_second = std::max(steps_per_second, slowest);
    m_interval =
        steps_per_second > 0
            ? std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1.0 / steps_per_second))
            : Clock::duration::zero();
    m_due = std::min(m_due, Clock::now() + m_interval);
}

void SessionClock::step_done(Clock::time_point begin, Clock::time_point end, Clock::duration recording,
                             std::int64_t images) {
    // A step that came late is not made up for: the pace is a rhythm to watch, not a quota.
    m_due = std::max(begin + m_interval, m_due);
    const auto seconds = [](Clock::duration duration) { return std::chrono::duration<double>(duration).count(); };
    // A true mean at first, so that the first figures are right, then an exponential one.
    const double weight = 1.0 / static_cast<double>(std::min<std::int64_t>(++m_steps, 20));
    m_step_seconds += weight * (seconds(end - begin) - m_step_seconds);
    m_recording_seconds += weight * (seconds(recording) - m_recording_seconds);
    m_images += weight * (static_cast<double>(images) - m_images);
}

void SessionClock::forget() {
    m_steps = 0;
    m_step_seconds = m_recording_seconds = m_images = 0;
}

double SessionClock::images_per_second() const {
    return m_step_seconds > 0 ? m_images / m_step_seconds : 0;
}

double SessionClock::recording_share() const {
    return m_step_seconds > 0 ? m_recording_seconds / m_step_seconds : 0;
}

bool SessionClock::hand_over_due() {
    const auto now = Clock::now();
    if (now - m_last_hand_over < std::chrono::milliseconds(16)) return false;
    m_last_hand_over = now;
    return true;
}

}  // namespace normscope
