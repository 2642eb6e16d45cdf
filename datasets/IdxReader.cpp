#include "datasets/IdxReader.h"

#include "core/Error.h"
#include "core/io/CheckedMath.h"
#include "core/io/FileKind.h"

#include <string>

namespace normscope::datasets {
namespace {

constexpr std::size_t magic_bytes = 4;
constexpr std::size_t dim_bytes = 4;
constexpr std::size_t max_dims = 3;

[[noreturn]] void refuse(std::string_view file_name, const std::string& reason) {
    throw InputError(std::string(file_name) + " is not a usable IDX file: " + reason + '.');
}

std::string_view type_name(unsigned type) {
    switch (type) {
        case 0x09: return "signed bytes";
        case 0x0B: return "16-bit integers";
        case 0x0C: return "32-bit integers";
        case 0x0D: return "32-bit floats";
        case 0x0E: return "64-bit floats";
        default: return {};
    }
}

/// Number of dimensions, after the four magic bytes were checked.
std::size_t read_magic(std::span<const std::byte> bytes, std::string_view file_name) {
    if (bytes.empty()) refuse(file_name, "the file is empty");
    if (bytes.size() < magic_bytes) refuse(file_name, "it ends within its first 4 bytes");
    if (bytes[0] != std::byte{0} || bytes[1] != std::byte{0}) {
        const auto kind = io::recognise_file(bytes);
        refuse(file_name, kind ? "it looks like " + std::string(*kind) : "its first two bytes are not 0");
    }
    const auto type = std::to_integer<unsigned>(bytes[2]);
    if (type != 0x08) {
        const auto name = type_name(type);
        refuse(file_name, name.empty()
                              ? "its type byte (offset 2) is " + std::to_string(type) + ", which IDX does not know"
                              : "it holds " + std::string(name) + ", and only unsigned bytes are read");
    }
    const auto dims = std::to_integer<std::size_t>(bytes[3]);
    if (dims < 1 || dims > max_dims) {
        refuse(file_name, "it has " + std::to_string(dims) + " dimensions, and only 1 to 3 are read");
    }
    return dims;
}

struct Header {
    std::vector<std::int64_t> dims;
    std::uint64_t header_size;
    std::uint64_t file_size;
};

Header read_header(std::span<const std::byte> bytes, std::string_view file_name) {
    const std::size_t count = read_magic(bytes, file_name);
    Header header{{}, magic_bytes + count * dim_bytes, 0};
    if (bytes.size() < header.header_size) refuse(file_name, "it ends within its list of dimensions");
    for (std::size_t i = 0; i < count; ++i) {
        std::int64_t dim = 0;
        for (std::size_t b = 0; b < dim_bytes; ++b) {
            dim = dim << 8 | std::to_integer<std::int64_t>(bytes[magic_bytes + i * dim_bytes + b]);
        }
        header.dims.push_back(dim);
    }
    const auto values = io::checked_element_count(header.dims);
    if (!values || *values > static_cast<std::uint64_t>(INT64_MAX) - max_idx_header) {
        refuse(file_name, "its dimensions ask for more bytes than any disk has");
    }
    header.file_size = header.header_size + *values;
    return header;
}

}  // namespace

std::uint64_t idx_file_size(std::span<const std::byte> start, std::string_view file_name) {
    return read_header(start, file_name).file_size;
}

IdxArray parse_idx(std::span<const std::byte> bytes, std::string_view file_name) {
    Header header = read_header(bytes, file_name);
    if (bytes.size() != header.file_size) {
        const std::string sizes = "its header asks for " + std::to_string(header.file_size) +
                                  " bytes in all, and it has " + std::to_string(bytes.size());
        refuse(file_name, bytes.size() < header.file_size ? "it is cut: " + sizes : "bytes follow its end: " + sizes);
    }
    return {std::move(header.dims), bytes.subspan(static_cast<std::size_t>(header.header_size))};
}

}  // namespace normscope::datasets
