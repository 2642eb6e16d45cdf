// Do the results support what is claimed?
#pragma once

#include "core/sweep/Curves.h"

#include <string>
#include <string_view>
#include <vector>

namespace normscope::sweep {

enum class Verdict { reproduced, not_reproduced, inconclusive };

/// "reproduced", "not reproduced", "inconclusive"
std::string_view name_of(Verdict verdict);

/// Fewer seeds than this decide nothing.
inline constexpr std::size_t fewest_seeds = 3;

/// A claim's numbers, one a seed, and what follows. With m the mean over seeds (of a ratio: the geometric mean) and its
/// 95 % interval by Student's t: reproduced if the whole interval lies on the claim's side of the bound, not reproduced
/// if none of it does, else inconclusive; always inconclusive with fewer than three seeds.
struct ClaimResult {
    Verdict verdict = Verdict::inconclusive;
    std::vector<double> numbers;  ///< by seed, in ascending order of the seeds that have both sides
    double mean = 0;
    double low = 0, high = 0;    ///< of the interval
    std::size_t unfinished = 0;  ///< runs that the claim needs and that are not finished
    double of = 0, against = 0;  ///< means of the two sides over those seeds, of the latter only where there is one
};

ClaimResult check_claim(const Sweep& sweep, const SweepResults& results, const Claim& claim);

/// All results of a sweep's claims: not reproduced if one is not, reproduced if all are, else inconclusive.
Verdict verdict_of(const std::vector<ClaimResult>& claims);

/// "q(a) − q(b) ≥ 0.02: measured 0.031 (0.027 … 0.035, 3 seeds)"
std::string sentence_of(const Claim& claim, const ClaimResult& result);

}  // namespace normscope::sweep
