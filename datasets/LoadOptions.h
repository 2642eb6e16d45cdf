// Loading data takes time: telling how far it is, and stopping it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <stop_token>
#include <string_view>

namespace normscope::datasets {

struct LoadProgress {
    std::string_view activity;  ///< what is being done, e.g. "reading images"
    std::int64_t done = 0;
    std::int64_t total = 0;  ///< 0: not known yet
};

struct LoadOptions {
    /// Called now and then on the thread that loads; empty: nobody asks.
    std::function<void(const LoadProgress&)> progress;
    /// Loading ends with LoadCancelled soon after a stop was requested.
    std::stop_token stop;
    /// Memory for decoded images of a folder, in bytes (one byte a value). Images beyond it are decoded each time they
    /// are asked for.
    std::uint64_t cache_bytes = 512ULL << 20;
    /// Threads that decode images; 0: one for each processor.
    int threads = 0;
};

/// Loading was stopped on request. Neither an error of the input nor of the work.
class LoadCancelled : public std::runtime_error {
   public:
    LoadCancelled() : std::runtime_error("Loading the data was cancelled.") {}
};

/// Throws LoadCancelled if a stop was requested, else reports.
inline void report_progress(const LoadOptions& options, const LoadProgress& progress) {
    if (options.stop.stop_requested()) throw LoadCancelled();
    if (options.progress) options.progress(progress);
}

}  // namespace normscope::datasets
