// libFuzzer's entry for one target, NORMSCOPE_FUZZ_TARGET. Beside crashes and leaks it watches memory and processor
// time.
#include "tests/fuzz/FuzzTargets.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include <sanitizer/allocator_interface.h>

namespace {

std::atomic<std::size_t> live_bytes{0};
std::atomic<std::size_t> peak_bytes{0};

void count_malloc(const volatile void*, size_t size) {
    const std::size_t now = live_bytes += size;
    if (now > peak_bytes) peak_bytes = now;  // one thread runs a target
}

void count_free(const volatile void* memory) {
    live_bytes -= __sanitizer_get_allocated_size(const_cast<const void*>(memory));
}

/// Of this process: a busy machine makes no input slow.
double processor_seconds() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

const normscope::testing::FuzzTarget& target() {
    static const auto& found = [&]() -> const normscope::testing::FuzzTarget& {
        const auto* known = normscope::testing::find_fuzz_target(NORMSCOPE_FUZZ_TARGET);
        if (!known) std::abort();
        return *known;
    }();
    return found;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    target();
    __sanitizer_install_malloc_and_free_hooks(count_malloc, count_free);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::size_t before = live_bytes;
    peak_bytes = before;
    const double begin = processor_seconds();
    target().run(std::as_bytes(std::span(data, size)));
    const double seconds = processor_seconds() - begin;
    constexpr double most_seconds = 2;
    if (seconds > most_seconds) {
        std::fprintf(stderr, "%.1f s of processor time for an input of %zu bytes\n", seconds, size);
        std::abort();
    }
    const std::size_t taken = peak_bytes - std::min<std::size_t>(before, peak_bytes);
    if (taken > size + normscope::testing::memory_allowance) {
        std::fprintf(stderr, "%zu bytes of memory for an input of %zu bytes\n", taken, size);
        std::abort();
    }
    return 0;
}
