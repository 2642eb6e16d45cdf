// When the next step is due, and how fast the last ones were.
#pragma once

#include <chrono>
#include <cstdint>

namespace normscope {

/// Paces steps and measures them. Durations are smoothed over about the last 20 steps.
class SessionClock {
   public:
    using Clock = std::chrono::steady_clock;

    /// Steps a second; 0 is as fast as possible.
    void set_speed(double steps_per_second);
    bool full_speed() const { return m_interval == Clock::duration::zero(); }
    /// When the next step may begin.
    Clock::time_point due() const { return m_due; }
    /// Call when play begins: no step is owed for the time of a pause.
    void resume() { m_due = Clock::now(); }

    /// Around a step of so many images; `recording` is the part of it spent on recording.
    void step_done(Clock::time_point begin, Clock::time_point end, Clock::duration recording, std::int64_t images);
    /// Starts measuring afresh, for a new experiment.
    void forget();

    double images_per_second() const;
    double step_seconds() const { return m_step_seconds; }
    double recording_share() const;

    /// True at most every 16 ms: time to hand over.
    bool hand_over_due();

   private:
    Clock::duration m_interval = Clock::duration::zero();
    Clock::time_point m_due = Clock::now();
    Clock::time_point m_last_hand_over;
    std::int64_t m_steps = 0;
    double m_step_seconds = 0;
    double m_recording_seconds = 0;
    double m_images = 0;
};

}  // namespace normscope
