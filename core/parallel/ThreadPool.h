// Threads for one computation at a time.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

namespace normscope {

/// Work is cut into a fixed number of groups, whatever the number of threads, and partial sums are
/// kept by group and merged in order: the same bits with 1, 2 and 16 threads.
inline constexpr std::int64_t work_groups = 16;

/// Half-open range of items that group g of `groups` works on.
struct WorkRange {
    std::int64_t begin;
    std::int64_t end;
};
constexpr WorkRange work_range(std::int64_t items, std::int64_t group, std::int64_t groups = work_groups) {
    return {items * group / groups, items * (group + 1) / groups};
}

/// Runs groups of work on the calling thread and threads − 1 others. Between runs threads look for the
/// next one for some microseconds, then sleep.
/// Denormals are flushed to zero in all of them, the caller included while it works.
class ThreadPool {
   public:
    /// `threads` ≥ 1; the caller counts as one.
    explicit ThreadPool(int threads);
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    int threads() const { return static_cast<int>(m_workers.size()) + 1; }

    /// Calls work(group) or work(group, thread) for every group in 0 … groups − 1, each once, in any
    /// order and on any thread, and returns when all are done. `thread`, in 0 … threads() − 1, tells
    /// apart what runs at the same time: for scratch memory. Allocates nothing. The first exception
    /// thrown is thrown again here.
    template <class Work>
    void run(std::int64_t groups, const Work& work) {
        run_call(groups, {&work, [](const void* object, std::int64_t group, int thread) {
                              const Work& call = *static_cast<const Work*>(object);
                              if constexpr (std::is_invocable_v<const Work&, std::int64_t, int>) {
                                  call(group, thread);
                              } else {
                                  call(group);
                              }
                          }});
    }

   private:
    /// A reference to the callable that run() was given.
    struct Call {
        const void* object;
        void (*invoke)(const void* object, std::int64_t group, int thread);
    };
    void run_call(std::int64_t groups, Call call);
    void worker(const std::stop_token& stop, int thread);
    void take_groups(int thread);

    std::mutex m_mutex;
    std::condition_variable_any m_start;
    std::condition_variable m_done;
    std::uint64_t m_generation = 0;
    int m_busy = 0;
    Call m_call{};
    std::int64_t m_groups = 0;
    std::atomic<std::int64_t> m_next{0};
    std::exception_ptr m_error;
    std::vector<std::jthread> m_workers;
};

/// Flushes denormals to zero on this thread for its lifetime; restores what was set before.
class FlushDenormals {
   public:
    FlushDenormals();
    ~FlushDenormals();
    FlushDenormals(const FlushDenormals&) = delete;
    FlushDenormals& operator=(const FlushDenormals&) = delete;

   private:
    unsigned long m_before;
};

}  // namespace normscope
