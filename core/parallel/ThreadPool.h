// Threads for one computation at a time.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
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

/// Runs groups of work on the calling thread and threads − 1 others. Threads sleep between runs.
/// Denormals are flushed to zero in all of them, the caller included while it works.
class ThreadPool {
   public:
    /// `threads` ≥ 1; the caller counts as one.
    explicit ThreadPool(int threads);
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    int threads() const { return static_cast<int>(m_workers.size()) + 1; }

    /// Calls work(0) … work(groups − 1), each once, in any order and on any thread, and returns when
    /// all are done. The first exception thrown is thrown again here.
    void run(std::int64_t groups, const std::function<void(std::int64_t)>& work);

   private:
    void worker(const std::stop_token& stop);
    void take_groups();

    std::mutex m_mutex;
    std::condition_variable_any m_start;
    std::condition_variable m_done;
    std::uint64_t m_generation = 0;
    int m_busy = 0;
    const std::function<void(std::int64_t)>* m_work = nullptr;
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
