// NumPy's .npy format, versions 1 to 3: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
//
//     "\x93NUMPY", major, minor, header length (u16, from version 2 on u32, little-endian), header, values
//
// The header is a Python literal, {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }. It is read by a strict
// parser; nothing is ever evaluated, and pickled objects are refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace normscope::io {

enum class NpyKind { boolean, signed_integer, unsigned_integer, floating };

/// What one value is.
struct NpyType {
    NpyKind kind = NpyKind::unsigned_integer;
    std::size_t size = 1;  ///< bytes: 1 (boolean), 1, 2, 4, 8 (integers), 4, 8 (floating)
    bool big_endian = false;
    friend bool operator==(const NpyType&, const NpyType&) = default;
};

/// In words, e.g. "32-bit floats", "unsigned 8-bit integers", "booleans".
std::string to_string(const NpyType& type);

struct NpyHeader {
    NpyType type;
    bool fortran_order = false;      ///< the first index runs fastest
    std::vector<std::int64_t> dims;  ///< none: a single value
    std::size_t header_size = 0;     ///< bytes before the values
    std::uint64_t file_size = 0;     ///< that the whole file must have
};

/// So many first bytes hold the header of any file that is read.
inline constexpr std::size_t max_npy_header = 12 + (64U << 10);

/// The header, from a file's first max_npy_header bytes (or all, if there are fewer). Nothing is allocated for the
/// values. Throws InputError naming `file_name`, the reason and, within the header, the byte offset.
NpyHeader parse_npy_header(std::span<const std::byte> start, std::string_view file_name);

/// Refuses a file whose size is not what its header says. Throws InputError.
void check_npy_size(const NpyHeader& header, std::uint64_t file_size, std::string_view file_name);

/// A value as it stands in the file. `value` points to type.size bytes of a type that is floating (npy_number: of any).
double npy_number(const std::byte* value, const NpyType& type);

/// An integer or boolean; nothing if it is beyond 63 bits. The type must not be floating.
std::optional<std::int64_t> npy_integer(const std::byte* value, const NpyType& type);

/// Bytes from one value to the next along each dimension; zeros if the array is empty.
std::vector<std::int64_t> npy_strides(const NpyHeader& header);

}  // namespace normscope::io
