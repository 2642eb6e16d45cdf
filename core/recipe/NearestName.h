// "Did you mean …?"
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace normscope {

/// The candidate that `name` most likely misspells: the fewest letters inserted, left out, replaced or swapped, at most
/// a third of the name's length. The first of several; nothing if none is near.
std::optional<std::string_view> nearest_name(std::string_view name, std::span<const std::string_view> candidates);

}  // namespace normscope
