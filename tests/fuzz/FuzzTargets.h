// Every parser of files and words that come from outside, as a function that must withstand any bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace normscope::testing {

/// One parser. `run` returns whatever the bytes are: refusing them with a sentence is right. It throws what is a
/// finding: a std::logic_error if a promise of the parser is broken, or whatever the parser lets out that it does not
/// announce.
struct FuzzTarget {
    std::string_view name;
    void (*run)(std::span<const std::byte> bytes);
    std::vector<std::string> (*seeds)();  ///< good files and near misses to begin with
    int mutations;                        ///< of the seeds, that the ordinary test tries
};

std::span<const FuzzTarget> fuzz_targets();

/// Null if there is none.
const FuzzTarget* find_fuzz_target(std::string_view name);

/// What a parser may allocate beyond the size of its input, in bytes.
inline constexpr std::size_t memory_allowance = 64U << 20;

}  // namespace normscope::testing
