#include "core/parallel/ThreadPool.h"

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

#include <stdexcept>
#include <utility>

namespace normscope {
namespace {

/// Looks again and again for some twenty microseconds: a step is made of dozens of runs, and being woken takes longer
/// than most of the pauses between them. Then the thread sleeps, so that nobody else starves.
template <class Done>
void wait_a_little(const Done& done) {
    constexpr int looks = 600;
    for (int i = 0; i < looks && !done(); ++i) {
#if defined(__SSE__)
        _mm_pause();
#endif
    }
}

}  // namespace

ThreadPool::ThreadPool(int threads) {
    if (threads < 1) throw std::invalid_argument("a thread pool needs at least one thread");
    for (int i = 1; i < threads; ++i) {
        m_workers.emplace_back([this, i](const std::stop_token& stop) { worker(stop, i); });
    }
}

ThreadPool::~ThreadPool() {
    for (auto& thread : m_workers) thread.request_stop();
    m_start.notify_all();
}

void ThreadPool::run_call(std::int64_t groups, Call call) {
    const FlushDenormals flush;
    if (m_workers.empty()) {
        for (std::int64_t group = 0; group < groups; ++group) call.invoke(call.object, group, 0);
        return;
    }
    {
        const std::lock_guard lock(m_mutex);
        m_call = call;
        m_groups = groups;
        m_next.store(0, std::memory_order_relaxed);
        std::atomic_ref(m_busy).store(static_cast<int>(m_workers.size()), std::memory_order_relaxed);
        std::atomic_ref(m_generation).fetch_add(1, std::memory_order_release);
    }
    m_start.notify_all();
    take_groups(0);
    const auto done = [this] { return std::atomic_ref(m_busy).load(std::memory_order_acquire) == 0; };
    wait_a_little(done);
    std::unique_lock lock(m_mutex);
    m_done.wait(lock, done);
    if (m_error) std::rethrow_exception(std::exchange(m_error, nullptr));
}

void ThreadPool::worker(const std::stop_token& stop, int thread) {
    const FlushDenormals flush;
    std::uint64_t seen = 0;
    const auto generation = [this] { return std::atomic_ref(m_generation).load(std::memory_order_acquire); };
    const auto has_work = [&] { return generation() != seen; };
    for (;;) {
        wait_a_little(has_work);
        {
            std::unique_lock lock(m_mutex);
            if (!m_start.wait(lock, stop, has_work)) return;
            seen = generation();
        }
        take_groups(thread);
        const std::lock_guard lock(m_mutex);
        // Under the lock: who sleeps for it must not miss it.
        if (std::atomic_ref(m_busy).fetch_sub(1, std::memory_order_acq_rel) == 1) m_done.notify_one();
    }
}

void ThreadPool::take_groups(int thread) {
    for (;;) {
        const std::int64_t group = m_next.fetch_add(1, std::memory_order_relaxed);
        if (group >= m_groups) return;
        try {
            m_call.invoke(m_call.object, group, thread);
        } catch (...) {
            const std::lock_guard lock(m_mutex);
            if (!m_error) m_error = std::current_exception();
        }
    }
}

#if defined(__SSE__)

FlushDenormals::FlushDenormals() : m_before(_mm_getcsr()) {
    constexpr unsigned flush_to_zero = 0x8000;
    constexpr unsigned denormals_are_zero = 0x0040;
    _mm_setcsr(static_cast<unsigned>(m_before) | flush_to_zero | denormals_are_zero);
}
FlushDenormals::~FlushDenormals() {
    _mm_setcsr(static_cast<unsigned>(m_before));
}

#elif defined(__aarch64__)

FlushDenormals::FlushDenormals() : m_before(__builtin_aarch64_get_fpcr()) {
    constexpr unsigned long flush_to_zero = 1UL << 24U;
    __builtin_aarch64_set_fpcr(static_cast<unsigned>(m_before | flush_to_zero));
}
FlushDenormals::~FlushDenormals() {
    __builtin_aarch64_set_fpcr(static_cast<unsigned>(m_before));
}

#else

FlushDenormals::FlushDenormals() : m_before(0) {}
FlushDenormals::~FlushDenormals() = default;

#endif

}  // namespace normscope
