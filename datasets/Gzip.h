// gzip (RFC 1952) without surprises: cut streams are errors, and the output is bounded before it is made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace normscope::datasets {

/// True if the bytes begin like gzip. Content decides, not a file's name.
bool is_gzip(std::span<const std::byte> bytes);

/// The first `count` uncompressed bytes, fewer if there are no more; of bytes that are not gzip, their own first ones.
/// Throws InputError naming `name` if the stream is damaged before that.
std::vector<std::byte> inflate_start(std::span<const std::byte> bytes, std::size_t count, std::string_view name);

/// All uncompressed bytes; bytes that are not gzip are returned as they are. The stream is checked to its end
/// (checksum, length, nothing behind it; several members in a row are one stream) before the output is allocated, and
/// the check stops one byte beyond `most`. Throws InputError naming `name`: fewer than `least` bytes, more than `most`,
/// cut, damaged, followed by garbage.
std::vector<std::byte> inflate_if_gzip(std::vector<std::byte> bytes, std::uint64_t most, std::string_view name,
                                       std::uint64_t least = 0);

}  // namespace normscope::datasets
