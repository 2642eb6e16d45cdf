// Following and stopping a long measurement.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <stop_token>

namespace normscope::instruments {

/// Thrown by a measurement whose stop token was triggered. What was to be measured is then unchanged.
class Cancelled : public std::exception {
   public:
    const char* what() const noexcept override { return "The measurement was cancelled."; }
};

/// How a caller follows a measurement. Both parts may be empty; `progress` is called on the measuring thread.
struct Watch {
    std::stop_token stop = {};
    std::function<void(double share)> progress = {};  ///< 0 … 1, never falling

    /// Reports done / total. Throws Cancelled if the stop token was triggered.
    void report(std::int64_t done, std::int64_t total) const {
        if (stop.stop_requested()) throw Cancelled();
        if (progress && total > 0) progress(static_cast<double>(done) / static_cast<double>(total));
    }
    /// For one of several parts of a measurement, whose shares go from `begin` to `end`.
    Watch part(double begin, double end) const {
        if (!progress) return {stop, {}};
        return {stop, [whole = progress, begin, end](double share) { whole(begin + share * (end - begin)); }};
    }
};

}  // namespace normscope::instruments
