// Numbers in bytes from files, without reading beyond their end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace normscope::datasets {

/// The `count` ≤ 4 bytes at `at` as one number; 0 if they are not all there.
inline std::uint32_t big_endian(std::span<const std::byte> bytes, std::size_t at, std::size_t count) {
    if (at > bytes.size() || count > bytes.size() - at) return 0;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value << 8 | std::to_integer<std::uint32_t>(bytes[at + i]);
    return value;
}

inline std::uint32_t little_endian(std::span<const std::byte> bytes, std::size_t at, std::size_t count) {
    if (at > bytes.size() || count > bytes.size() - at) return 0;
    std::uint32_t value = 0;
    for (std::size_t i = count; i > 0; --i) value = value << 8 | std::to_integer<std::uint32_t>(bytes[at + i - 1]);
    return value;
}

/// True if `text` stands at `at`.
inline bool stands_at(std::span<const std::byte> bytes, std::size_t at, std::string_view text) {
    if (at > bytes.size() || text.size() > bytes.size() - at) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (std::to_integer<unsigned char>(bytes[at + i]) != static_cast<unsigned char>(text[i])) return false;
    }
    return true;
}

}  // namespace normscope::datasets
