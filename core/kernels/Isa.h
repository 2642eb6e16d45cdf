// The instruction set that the kernels run with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace normscope::kernels {

/// Names of the instruction sets that this processor has and the kernels are compiled for, best first:
/// "AVX-512", "AVX2", "SSE4", "NEON"; "portable" is always there and slow.
std::vector<std::string> available_isas();

/// The one in use. Without a choice, the best.
std::string current_isa();

/// Makes all kernels use this one from now on; for tests and benchmarks. Not while kernels run.
/// Throws std::invalid_argument, naming the available ones, for any other name.
void use_isa(std::string_view name);

}  // namespace normscope::kernels
