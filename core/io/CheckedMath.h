// Sizes from files, multiplied without overflow.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace normscope::io {

/// a · b, or nothing if it does not fit into 64 bits.
inline std::optional<std::uint64_t> checked_product(std::uint64_t a, std::uint64_t b) {
    std::uint64_t product = 0;
    if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
    return product;
}

/// Product of the dimensions (1 for none), or nothing if one is negative or the product of those other than 0 does not
/// fit into 63 bits.
inline std::optional<std::uint64_t> checked_element_count(std::span<const std::int64_t> dims) {
    std::uint64_t count = 1;
    bool empty = false;
    for (const std::int64_t dim : dims) {
        if (dim < 0) return std::nullopt;
        if (dim == 0) {
            empty = true;
            continue;
        }
        const auto product = checked_product(count, static_cast<std::uint64_t>(dim));
        if (!product || *product > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
        count = *product;
    }
    return empty ? 0 : count;
}

}  // namespace normscope::io
