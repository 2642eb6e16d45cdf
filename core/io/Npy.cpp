#include "core/io/Npy.h"

#include "core/io/AtomicFile.h"
#include "core/io/CheckedMath.h"
#include "core/io/ReadFile.h"

#include <bit>
#include <cstring>
#include <stdexcept>
#include <string>

namespace normscope::io {
namespace {

constexpr std::size_t alignment = 64;  // of the values in the file
constexpr std::size_t length_bytes = 2;
constexpr std::size_t longest_header = 0xffff;

/// As Python writes a tuple: "()", "(3,)", "(3, 10)".
std::string tuple_of(std::span<const std::int64_t> dims) {
    std::string text = "(";
    for (std::size_t i = 0; i < dims.size(); ++i) text += (i > 0 ? ", " : "") + std::to_string(dims[i]);
    return text + (dims.size() == 1 ? ",)" : ")");
}

}  // namespace

std::vector<std::byte> npy_bytes(std::span<const float> values, std::span<const std::int64_t> dims) {
    static_assert(std::endian::native == std::endian::little);
    const auto elements = checked_element_count(dims);
    if (!elements || *elements != values.size()) throw std::invalid_argument("values and dims of an array disagree");

    const std::string magic("\x93NUMPY\x01\x00", 8);
    std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': " + tuple_of(dims) + ", }";
    const std::size_t before = magic.size() + length_bytes + header.size() + 1;
    header.append((alignment - before % alignment) % alignment, ' ');
    header += '\n';
    if (header.size() > longest_header) throw std::invalid_argument("an array has too many dimensions");
    const std::string length{static_cast<char>(header.size() & 0xff), static_cast<char>(header.size() >> 8)};

    std::vector<std::byte> bytes;
    bytes.reserve(magic.size() + length.size() + header.size() + values.size_bytes());
    for (const std::string& part : {magic, length, header}) {
        const auto text = as_bytes(part);
        bytes.insert(bytes.end(), text.begin(), text.end());
    }
    const auto data = std::as_bytes(values);
    bytes.insert(bytes.end(), data.begin(), data.end());
    return bytes;
}

void write_npy(const std::filesystem::path& path, std::span<const float> values, std::span<const std::int64_t> dims) {
    write_file(path, npy_bytes(values, dims));
}

}  // namespace normscope::io
