// The IDX format of MNIST: http://yann.lecun.com/exdb/mnist/ ("the IDX file format").
//
//     2 bytes 0, type (0x08: unsigned byte), number of dimensions, each dimension as u32 big-endian, the values
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace normscope::datasets {

/// A file's array of unsigned bytes.
struct IdxArray {
    std::vector<std::int64_t> dims;     ///< 1 to 3: (N), (N, H, W) …
    std::span<const std::byte> values;  ///< row-major; points into the bytes that were parsed
};

/// Longest header this version reads: three dimensions.
inline constexpr std::size_t max_idx_header = 16;

/// Size of a whole, uncompressed file from its first bytes (max_idx_header of them, or all if there are fewer).
/// Throws InputError naming `file_name` if they begin no IDX file of bytes, or the size does not fit into 63 bits.
std::uint64_t idx_file_size(std::span<const std::byte> start, std::string_view file_name);

/// The array of an uncompressed file, whose size must be what its header says. Pure: nothing is copied.
/// Throws InputError naming `file_name` and the reason.
IdxArray parse_idx(std::span<const std::byte> bytes, std::string_view file_name);

}  // namespace normscope::datasets
