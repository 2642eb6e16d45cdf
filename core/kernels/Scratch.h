// Dealing out pieces of a caller's memory.
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>

namespace normscope::kernels {

/// A piece of memory for each thread.
struct ThreadMemory {
    float* first;
    std::int64_t step;
    float* of(int thread) const { return first + thread * step; }
};

/// Takes pieces off a caller's scratch, each on a cache line if the scratch is.
class Scratch {
   public:
    explicit Scratch(std::span<float> memory) : m_rest(memory) {}

    static constexpr std::int64_t rounded(std::int64_t count) { return (count + 15) / 16 * 16; }

    /// Throws std::length_error if the scratch is smaller than the kernel's scratch_size() says.
    float* take(std::int64_t count) {
        const auto wanted = static_cast<std::size_t>(rounded(count));
        if (wanted > m_rest.size()) throw std::length_error("a kernel got less scratch memory than it asks for");
        float* piece = m_rest.data();
        m_rest = m_rest.subspan(wanted);
        return piece;
    }
    ThreadMemory take_for_threads(std::int64_t count, int threads) {
        return {take(rounded(count) * threads), rounded(count)};
    }

   private:
    std::span<float> m_rest;
};

}  // namespace normscope::kernels
