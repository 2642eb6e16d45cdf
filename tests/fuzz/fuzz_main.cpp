// libFuzzer's entry for one target, NORMSCOPE_FUZZ_TARGET. Beside crashes, hangs and leaks it watches memory.
#include "tests/fuzz/FuzzTargets.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>

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
    target().run(std::as_bytes(std::span(data, size)));
    const std::size_t taken = peak_bytes - std::min<std::size_t>(before, peak_bytes);
    if (taken > size + normscope::testing::memory_allowance) {
        std::fprintf(stderr, "%zu bytes of memory for an input of %zu bytes\n", taken, size);
        std::abort();
    }
    return 0;
}
