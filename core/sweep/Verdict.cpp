#include "core/sweep/Verdict.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

namespace normscope::sweep {
namespace {

std::string number_text(double value) {
    std::array<char, 32> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%.3g", value);
    // "1e+03" and a locale's comma are nothing for a sentence.
    std::string text = buffer.data();
    std::ranges::replace(text, ',', '.');
    return text;
}

std::string where_text(const Where& where) {
    std::string text;
    for (const Condition& condition : where) {
        text += (text.empty() ? "" : ", ") + display_path(condition.path) + " " + display_text(condition.value);
    }
    return text;
}

std::size_t unfinished_runs(const Sweep& sweep, const SweepResults& results, const Where& where) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < sweep.runs.size(); ++i) {
        count += matches(sweep.runs[i], where) && !is_finished(results.runs[i].status);
    }
    return count;
}

Verdict judge(const Claim& claim, double low, double high) {
    const bool all = claim.is_lower_bound ? low >= claim.bound : high <= claim.bound;
    const bool none = claim.is_lower_bound ? high < claim.bound : low > claim.bound;
    if (all) return Verdict::reproduced;
    return none ? Verdict::not_reproduced : Verdict::inconclusive;
}

}  // namespace

std::string_view name_of(Verdict verdict) {
    constexpr std::array<std::string_view, 3> names{"reproduced", "not reproduced", "inconclusive"};
    return names[static_cast<std::size_t>(verdict)];
}

ClaimResult check_claim(const Sweep& sweep, const SweepResults& results, const Claim& claim) {
    const bool has_other = claim.comparison != Claim::Comparison::value;
    const bool is_ratio = claim.comparison == Claim::Comparison::ratio;
    const auto of = numbers_by_seed(sweep, results, claim.quantity, claim.of);
    const auto against = has_other ? numbers_by_seed(sweep, results, claim.quantity, claim.against) : of;
    ClaimResult result;
    result.unfinished = unfinished_runs(sweep, results, claim.of);
    if (has_other) result.unfinished += unfinished_runs(sweep, results, claim.against);
    std::vector<double> compared, left, right;
    for (const auto& [seed, value] : of) {
        const auto other = against.find(seed);
        if (other == against.end()) continue;
        if (is_ratio && (value <= 0 || other->second <= 0)) continue;
        const double number = is_ratio ? value / other->second : has_other ? value - other->second : value;
        result.numbers.push_back(number);
        compared.push_back(is_ratio ? std::log(number) : number);
        left.push_back(value);
        right.push_back(other->second);
    }
    const Spread spread = spread_of(compared);
    const double half = spread.half_interval();
    const auto back = [&](double value) { return is_ratio ? std::exp(value) : value; };
    result.mean = back(spread.mean);
    result.low = back(spread.mean - half);
    result.high = back(spread.mean + half);
    result.of = spread_of(left).mean;
    result.against = spread_of(right).mean;
    if (spread.count >= fewest_seeds && result.unfinished == 0) result.verdict = judge(claim, result.low, result.high);
    return result;
}

Verdict verdict_of(const std::vector<ClaimResult>& claims) {
    const auto is = [](Verdict verdict) { return [verdict](const ClaimResult& c) { return c.verdict == verdict; }; };
    if (std::ranges::any_of(claims, is(Verdict::not_reproduced))) return Verdict::not_reproduced;
    const bool all = !claims.empty() && std::ranges::all_of(claims, is(Verdict::reproduced));
    return all ? Verdict::reproduced : Verdict::inconclusive;
}

std::string sentence_of(const Claim& claim, const ClaimResult& result) {
    std::string text = text_of(claim.quantity) + " of (" + where_text(claim.of) + ")";
    if (claim.comparison == Claim::Comparison::difference) text += " − that of (" + where_text(claim.against) + ")";
    if (claim.comparison == Claim::Comparison::ratio) text += " / that of (" + where_text(claim.against) + ")";
    text += (claim.is_lower_bound ? " ≥ " : " ≤ ") + number_text(claim.bound) + ": ";
    if (result.numbers.empty()) return text + "no seed has the numbers";
    text += "measured " + number_text(result.mean);
    if (claim.comparison != Claim::Comparison::value) {
        text += " (" + number_text(result.of) + " and " + number_text(result.against) + ")";
    }
    if (result.numbers.size() > 1)
        text += ", 95 % interval " + number_text(result.low) + " … " + number_text(result.high);
    text += ", " + std::to_string(result.numbers.size()) + (result.numbers.size() == 1 ? " seed" : " seeds");
    if (result.unfinished > 0) text += "; " + std::to_string(result.unfinished) + " runs are not finished";
    return text;
}

}  // namespace normscope::sweep
