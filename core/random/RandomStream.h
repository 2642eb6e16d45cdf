// Named, counter-based random numbers: every use of chance in a run has a stream of its own.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace normscope {

/// Philox4x32-10 (Salmon et al., Parallel random numbers: as easy as 1, 2, 3, SC 2011). The seed is
/// the key, the name and number of the stream the upper half of the counter: streams never overlap,
/// and a position can be saved as one integer. A value type.
class RandomStream {
   public:
    /// `number` distinguishes streams of one name, e.g. the epoch of a shuffle.
    RandomStream(std::uint64_t seed, std::string_view name, std::uint64_t number = 0);

    std::uint32_t next();
    /// Uniform in [0, 1), a multiple of 2^-24: exact in float.
    float uniform();
    /// Uniform integer in [0, bound), without bias. `bound` > 0.
    std::uint32_t below(std::uint32_t bound);

   private:
    void refill();

    std::uint64_t m_seed;
    std::uint64_t m_stream;
    std::uint64_t m_block = 0;
    std::array<std::uint32_t, 4> m_values{};
    std::size_t m_used = 4;
};

/// A random order of 0 … count − 1 (Fisher and Yates).
std::vector<std::int64_t> permutation(std::int64_t count, RandomStream stream);

}  // namespace normscope
