#include "core/recipe/NearestName.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <vector>

namespace normscope {
namespace {

constexpr std::size_t longest_name = 64;

bool same_letter(char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

/// Optimal string alignment distance.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> two_before(b.size() + 1);
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        two_before.swap(before);
        before.swap(row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = before[j - 1] + (same_letter(a[i - 1], b[j - 1]) ? 0 : 1);
            row[j] = std::min({replaced, before[j] + 1, row[j - 1] + 1});
            if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) && same_letter(a[i - 2], b[j - 1])) {
                row[j] = std::min(row[j], two_before[j - 2] + 1);
            }
        }
    }
    return row[b.size()];
}

}  // namespace

std::optional<std::string_view> nearest_name(std::string_view name, std::span<const std::string_view> candidates) {
    if (name.size() > longest_name) return std::nullopt;
    std::optional<std::string_view> nearest;
    std::size_t smallest = std::max<std::size_t>(name.size() / 3, 1) + 1;
    for (const auto candidate : candidates) {
        if (const auto d = distance(name, candidate); d < smallest) {
            smallest = d;
            nearest = candidate;
        }
    }
    return nearest;
}

}  // namespace normscope
