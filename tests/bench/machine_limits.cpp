// What the processor and its memory can do at most, to hold the kernels' figures against. Markdown on standard output.
//
//   ninja -C build/release machine_limits && build/release/bench/machine_limits
//
// Peak: multiply-add on independent registers, two operations each. Bandwidth: 256 MB a thread, far more than any
// cache; bytes that the program reads and writes (a written line that is not written past the caches is read first,
// which is not counted). Best of some repetitions: other programs only make it slower.
#include "core/kernels/Isa.h"
#include "core/kernels/Targets.h"
#include "core/parallel/ThreadPool.h"
#include "core/tensor/AlignedVector.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tests/bench/machine_limits.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h.
#include "core/kernels/Vectors-inl.h"

#include <hwy/cache_control.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

HWY_BEFORE_NAMESPACE();
namespace normscope::kernels::HWY_NAMESPACE {

constexpr int chains = 10;  // independent sums: a processor has up to eight multiply-adds on their way

/// Operations done.
double multiply_add(std::int64_t rounds, float* result) {
    V sums[chains];
    for (int i = 0; i < chains; ++i) sums[i] = hn::Set(floats, static_cast<float>(i));
    const V factor = hn::Set(floats, 0.9999F), step = hn::Set(floats, 0.001F);
    for (std::int64_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 10
        for (int i = 0; i < chains; ++i) sums[i] = hn::MulAdd(sums[i], factor, step);
    }
    for (int i = 1; i < chains; ++i) sums[0] = hn::Add(sums[0], sums[i]);
    *result = hn::GetLane(hn::SumOfLanes(floats, sums[0]));
    return 2.0 * static_cast<double>(rounds) * chains * static_cast<double>(lanes);
}

/// Bytes moved.
double read_all(const float* from, float* to, std::int64_t count) {
    V sums[4] = {hn::Zero(floats), hn::Zero(floats), hn::Zero(floats), hn::Zero(floats)};
    for (std::int64_t i = 0; i + 4 * lanes <= count; i += 4 * lanes) {
        for (int k = 0; k < 4; ++k) sums[k] = hn::Add(sums[k], hn::LoadU(floats, from + i + k * lanes));
    }
    *to = hn::GetLane(hn::SumOfLanes(floats, hn::Add(hn::Add(sums[0], sums[1]), hn::Add(sums[2], sums[3]))));
    return 4.0 * static_cast<double>(count);
}
double copy_all(const float* from, float* to, std::int64_t count) {
    for (std::int64_t i = 0; i < count; i += lanes) hn::StoreU(hn::LoadU(floats, from + i), floats, to + i);
    return 8.0 * static_cast<double>(count);
}
double copy_past_caches(const float* from, float* to, std::int64_t count) {
    for (std::int64_t i = 0; i < count; i += lanes) hn::Stream(hn::LoadU(floats, from + i), floats, to + i);
    hwy::FlushStream();
    return 8.0 * static_cast<double>(count);
}

}  // namespace normscope::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace normscope::kernels {
namespace {

HWY_EXPORT(multiply_add);
HWY_EXPORT(read_all);
HWY_EXPORT(copy_all);
HWY_EXPORT(copy_past_caches);

/// Work a second of all threads together; work(thread) returns how much it did.
template <class Work>
double best_rate(ThreadPool& pool, const Work& work) {
    double best = 0;
    AlignedVector<double> done(static_cast<std::size_t>(pool.threads()) * 8);
    for (int repetition = 0; repetition < 12; ++repetition) {
        const auto begin = std::chrono::steady_clock::now();
        pool.run(pool.threads(), [&](std::int64_t part) { done[part * 8] = work(part); });
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        double sum = 0;
        for (int part = 0; part < pool.threads(); ++part) sum += done[part * 8];
        best = std::max(best, sum / seconds);
    }
    return best / 1e9;
}

void print_limits(int threads) {
    constexpr std::int64_t count = std::int64_t{64} << 20;
    ThreadPool pool(threads);
    std::vector<AlignedVector<float>> from(threads), to(threads);
    pool.run(threads, [&](std::int64_t part) {
        from[part].assign(count, 1.0F);
        to[part].assign(count, 0.0F);
    });
    for (const std::string& isa : available_isas()) {
        if (isa == "portable") continue;
        use_isa(isa);
        const double peak = best_rate(
            pool, [&](std::int64_t part) { return HWY_DYNAMIC_DISPATCH(multiply_add)(20'000'000, to[part].data()); });
        const auto moved = [&](auto function) {
            return best_rate(pool,
                             [&](std::int64_t part) { return function(from[part].data(), to[part].data(), count); });
        };
        const double read = moved(HWY_DYNAMIC_DISPATCH(read_all)), copied = moved(HWY_DYNAMIC_DISPATCH(copy_all));
        const double streamed = moved(HWY_DYNAMIC_DISPATCH(copy_past_caches));
        std::printf("| %s | %d | %.0f | %.1f | %.1f | %.1f |\n", isa.c_str(), threads, peak, read, copied, streamed);
        std::fflush(stdout);
    }
}

}  // namespace
}  // namespace normscope::kernels

int main() {
    std::puts("| instruction set | threads | peak GFLOP/s | read GB/s | copy GB/s | copy past caches GB/s |");
    std::puts("|---|---|---|---|---|---|");
    const int most = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    normscope::kernels::print_limits(1);
    if (most > 1) normscope::kernels::print_limits(most);
    return 0;
}
#endif
