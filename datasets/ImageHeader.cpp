#include "datasets/ImageHeader.h"

#include "core/io/FileKind.h"
#include "datasets/ByteReader.h"
#include "datasets/Exif.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace normscope::datasets {
namespace {

using namespace std::string_view_literals;
using Bytes = std::span<const std::byte>;

[[noreturn]] void refuse(const std::string& reason) {
    throw UnreadableImage(reason);
}

void require_bytes(Bytes file, std::uint64_t count, std::string_view what) {
    if (file.size() >= count) return;
    refuse("it is cut; its " + std::string(what) + " needs " + std::to_string(count) + " bytes, and it has " +
           std::to_string(file.size()));
}

ImageHeader read_png(Bytes file) {
    constexpr std::size_t signature = 8;
    constexpr std::size_t around = 12;  // length, type and checksum of a chunk
    constexpr std::size_t most_side = 0x7FFFFFFF;
    require_bytes(file, 33, "PNG header");
    if (!stands_at(file, 12, "IHDR"sv)) refuse("it is damaged; its PNG header is missing");
    ImageHeader header{ImageFormat::png, big_endian(file, 16, 4), big_endian(file, 20, 4)};
    if (header.width > most_side || header.height > most_side) refuse("it is damaged; its size is no PNG's");
    const bool deep = file[24] == std::byte{16};
    header.bytes_per_pixel = deep ? 8 : 4;
    header.max_value = deep ? 65535 : 255;
    for (std::size_t at = signature; file.size() - at >= around;) {
        const std::size_t length = big_endian(file, at, 4);
        if (length > file.size() - at - around) break;
        if (stands_at(file, at + 4, "IEND"sv)) return header;
        if (stands_at(file, at + 4, "eXIf"sv)) header.orientation = exif_orientation(file.subspan(at + 8, length));
        at += around + length;
    }
    refuse("it is cut; the PNG's end (IEND) is missing");
}

bool is_start_of_frame(unsigned marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

/// Position behind a scan's compressed data: of the next marker that is neither a stuffed 0 nor a restart.
std::size_t end_of_scan(Bytes file, std::size_t at) {
    while (at + 1 < file.size()) {
        const void* found = std::memchr(file.data() + at, 0xFF, file.size() - at - 1);
        if (!found) break;
        at = static_cast<std::size_t>(static_cast<const std::byte*>(found) - file.data());
        const auto marker = std::to_integer<unsigned>(file[at + 1]);
        if (marker == 0xFF) {
            ++at;  // fill bytes
        } else if (marker == 0 || (marker >= 0xD0 && marker <= 0xD7)) {
            at += 2;
        } else {
            return at;
        }
    }
    return file.size();
}

void read_frame(Bytes file, std::size_t segment, unsigned marker, ImageHeader& header) {
    header.height = big_endian(file, segment + 3, 2);
    header.width = big_endian(file, segment + 5, 2);
    const std::uint32_t components = big_endian(file, segment + 7, 1);
    if (big_endian(file, segment + 2, 1) != 8) refuse("its JPEG has more than 8 bits a channel, which is not read");
    // The decoder's output has 3 channels; CMYK is decoded row by row.
    header.bytes_per_pixel = std::max<std::uint32_t>(components, 3);
    header.progressive = marker == 0xC2 || marker == 0xC6 || marker == 0xCA || marker == 0xCE;
}

ImageHeader read_jpeg(Bytes file) {
    ImageHeader header{ImageFormat::jpeg};
    bool has_frame = false;
    bool has_scan = false;
    std::size_t at = 2;
    while (at + 4 <= file.size() || (at + 2 <= file.size() && stands_at(file, at, "\xFF\xD9"sv))) {
        if (file[at] != std::byte{0xFF})
            refuse("it is damaged; a JPEG marker is missing at byte " + std::to_string(at));
        const auto marker = std::to_integer<unsigned>(file[at + 1]);
        if (marker == 0xFF) {
            ++at;
            continue;
        }
        if (marker == 0xD9) {
            if (!has_frame || !has_scan) refuse("it is damaged; the JPEG holds no picture");
            return header;
        }
        if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) {
            at += 2;
            continue;
        }
        const std::size_t segment = at + 2;
        const std::size_t length = big_endian(file, segment, 2);
        if (length < 2) refuse("it is damaged; a JPEG segment at byte " + std::to_string(at) + " has no length");
        if (length > file.size() - segment) break;
        if (is_start_of_frame(marker) && !has_frame) {
            if (length < 8) refuse("it is damaged; its JPEG header is too short");
            read_frame(file, segment, marker, header);
            has_frame = true;
        }
        if (marker == 0xE1 && stands_at(file, segment + 2, "Exif\0\0"sv)) {
            header.orientation = exif_orientation(file.subspan(segment + 2, length - 2));
        }
        at = segment + length;
        if (marker == 0xDA) {
            has_scan = true;
            at = end_of_scan(file, at);
        }
    }
    refuse("it is cut; the JPEG's end marker is missing");
}

ImageHeader read_bmp(Bytes file) {
    require_bytes(file, 30, "BMP header");
    const std::uint64_t offset = little_endian(file, 10, 4);
    const std::uint32_t header_size = little_endian(file, 14, 4);
    ImageHeader header{ImageFormat::bmp};
    std::uint32_t bits = 0;
    std::uint32_t compression = 0;
    if (header_size == 12) {
        header.width = little_endian(file, 18, 2);
        header.height = little_endian(file, 20, 2);
        bits = little_endian(file, 24, 2);
    } else {
        require_bytes(file, 54, "BMP header");
        const auto width = static_cast<std::int32_t>(little_endian(file, 18, 4));
        const std::int64_t height = static_cast<std::int32_t>(little_endian(file, 22, 4));
        if (header_size < 40 || width < 0) refuse("it is damaged; its BMP header makes no sense");
        header.width = static_cast<std::uint32_t>(width);
        header.height = static_cast<std::uint32_t>(height < 0 ? -height : height);  // negative: top to bottom
        bits = little_endian(file, 28, 2);
        compression = little_endian(file, 30, 4);
        if (compression > 3) refuse("its kind of BMP compression is not read");
    }
    header.bytes_per_pixel = 4;
    const bool plain = compression == 0 || compression == 3;
    if (plain && header.width > 0 && header.height > 0) {
        const std::uint64_t row = (std::uint64_t{header.width} * bits + 31) / 32 * 4;  // < 2^45
        if (bits == 0 || bits > 32) refuse("it is damaged; its BMP header makes no sense");
        if (offset > file.size() || (file.size() - offset) / row < header.height) {
            refuse("it is cut; the BMP's pixels are not all there");
        }
    }
    return header;
}

/// Numbers of a PNM header, with comments between them.
class PnmText {
   public:
    explicit PnmText(Bytes file) : m_file(file) {}

    std::uint32_t number() {
        skip_space();
        constexpr std::uint32_t most = 0x7FFFFFFF;
        std::uint64_t value = 0;
        const std::size_t begin = m_at;
        for (; m_at < m_file.size() && byte() >= '0' && byte() <= '9'; ++m_at) {
            value = value * 10 + (byte() - '0');
            if (value > most) refuse("it is damaged; a number of its PNM header is too large");
        }
        if (m_at == begin) refuse("it is cut or damaged; a number of its PNM header is missing");
        return static_cast<std::uint32_t>(value);
    }
    /// Behind the one space that ends the header.
    std::size_t end() const { return m_at + 1; }

   private:
    unsigned byte() const { return std::to_integer<unsigned>(m_file[m_at]); }
    void skip_space() {
        for (; m_at < m_file.size(); ++m_at) {
            if (byte() == '#') {
                while (m_at < m_file.size() && byte() != '\n') ++m_at;
                if (m_at == m_file.size()) return;
            } else if (" \t\r\n\v\f"sv.find(static_cast<char>(byte())) == std::string_view::npos) {
                return;
            }
        }
    }

    Bytes m_file;
    std::size_t m_at = 2;
};

ImageHeader read_pnm(Bytes file) {
    const auto kind = std::to_integer<unsigned>(file[1]) - '0';
    const bool bitmap = kind == 1 || kind == 4;
    const std::uint64_t channels = kind == 3 || kind == 6 ? 3 : 1;
    PnmText text(file);
    ImageHeader header{ImageFormat::pnm};
    header.width = text.number();
    header.height = text.number();
    header.max_value = bitmap ? 1 : text.number();
    if (header.max_value == 0 || header.max_value > 65535) refuse("it is damaged; its PNM's white is out of range");
    const std::uint64_t value_bytes = header.max_value > 255 ? 2 : 1;
    // Bits and small numbers in text are stretched to 255 by the decoder.
    if (bitmap || (kind < 4 && value_bytes == 1)) header.max_value = 255;
    header.bytes_per_pixel = static_cast<std::uint32_t>(channels * value_bytes);
    const std::uint64_t row = bitmap ? (std::uint64_t{header.width} + 7) / 8 : header.width * channels * value_bytes;
    // As text, every value has a digit (bits need no space between them).
    const std::uint64_t least_row = kind >= 4 ? row : header.width * channels;
    const std::uint64_t room = file.size() - std::min(file.size(), text.end());
    if (least_row > 0 && room / least_row < header.height) refuse("it is cut; the PNM's pixels are not all there");
    return header;
}

ImageHeader read_webp(Bytes file) {
    require_bytes(file, 30, "WebP header");
    const std::uint64_t announced = std::uint64_t{little_endian(file, 4, 4)} + 8;
    if (announced > file.size()) {
        refuse("it is cut; it announces " + std::to_string(announced) + " bytes and has " +
               std::to_string(file.size()));
    }
    ImageHeader header{ImageFormat::webp};
    header.bytes_per_pixel = 8;  // the decoder keeps its own planes beside the pixels
    if (stands_at(file, 12, "VP8 "sv)) {
        header.width = little_endian(file, 26, 2) & 0x3FFF;
        header.height = little_endian(file, 28, 2) & 0x3FFF;
    } else if (stands_at(file, 12, "VP8L"sv)) {
        const std::uint32_t bits = little_endian(file, 21, 4);
        header.width = (bits & 0x3FFF) + 1;
        header.height = (bits >> 14 & 0x3FFF) + 1;
    } else if (stands_at(file, 12, "VP8X"sv)) {
        if (little_endian(file, 20, 1) & 2) refuse("it is an animated WebP, which is not read");
        header.width = little_endian(file, 24, 3) + 1;
        header.height = little_endian(file, 27, 3) + 1;
        for (std::size_t at = 12; file.size() - at >= 8;) {
            const std::size_t length = little_endian(file, at + 4, 4);
            if (length > file.size() - at - 8) break;
            if (stands_at(file, at, "EXIF"sv)) header.orientation = exif_orientation(file.subspan(at + 8, length));
            at = std::min(at + 8 + length + length % 2, file.size());
        }
    } else {
        refuse("it is damaged; its WebP header is missing");
    }
    return header;
}

ImageHeader read_any(Bytes file) {
    if (file.empty()) refuse("it is empty");
    if (stands_at(file, 0, "\x89PNG\r\n\x1a\n"sv)) return read_png(file);
    if (stands_at(file, 0, "\xFF\xD8\xFF"sv)) return read_jpeg(file);
    if (stands_at(file, 0, "RIFF"sv) && stands_at(file, 8, "WEBP"sv)) return read_webp(file);
    if (file.size() > 2 && file[0] == std::byte{'P'} && file[1] >= std::byte{'1'} && file[1] <= std::byte{'6'} &&
        (std::to_integer<unsigned>(file[2]) <= ' ' || file[2] == std::byte{'#'})) {
        return read_pnm(file);
    }
    // "BM" alone is two letters; the reserved bytes of a BMP are 0.
    if (stands_at(file, 0, "BM"sv) && (file.size() < 30 || stands_at(file, 6, "\0\0\0\0"sv))) return read_bmp(file);
    const auto kind = io::recognise_file(file.first(std::min<std::size_t>(file.size(), 4096)));
    refuse("it is no PNG, JPEG, BMP, PNM or WebP picture" + (kind ? "; it looks like " + std::string(*kind) : ""));
}

}  // namespace

ImageHeader read_image_header(Bytes file) {
    const ImageHeader header = read_any(file);
    if (header.width == 0 || header.height == 0) {
        refuse("it has no pixels (" + std::to_string(header.width) + " × " + std::to_string(header.height) + ")");
    }
    return header;
}

}  // namespace normscope::datasets
