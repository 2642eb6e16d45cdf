// Picture files to pixels of one size.
//
// One way for all formats: the picture is cut to its centre square (fit crop) or taken whole (fit stretch), resized
// (averaged over areas when it shrinks, interpolated when it grows), 16-bit values are divided by 257 and those of a
// PNM stretched from its own white, what is transparent shows white, palettes are resolved, CMYK becomes RGB without a
// colour profile as Adobe's inverted inks (R = C·K), grey is repeated in every channel or colour becomes grey (0.299 R
// + 0.587 G + 0.114 B), and EXIF's rotation is applied last.
#pragma once

#include "datasets/ImageHeader.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace normscope::datasets {

enum class ImageFit { crop, stretch };

/// What every picture of a set becomes.
struct ImageTarget {
    std::int64_t size = 64;  ///< height and width in pixels
    ImageFit fit = ImageFit::crop;
    bool grey = false;

    std::int64_t channels() const { return grey ? 1 : 3; }
    std::size_t bytes() const { return static_cast<std::size_t>(size * size * channels()); }
};

/// Most memory that decoding a file of `file_bytes` may take: 48 MiB and eight times the file. A photograph never needs
/// it; a small file that announces a huge picture does.
constexpr std::uint64_t decoding_limit(std::uint64_t file_bytes) {
    return (48ULL << 20) + 8 * file_bytes;
}

/// Memory that decoding takes, in bytes. JPEGs are decoded at 1/2, 1/4 or 1/8 where that is still large enough.
std::uint64_t decoding_memory(const ImageHeader& header, const ImageTarget& target);

/// Decodes a whole file into target.bytes() bytes, row by row, R G B or grey. Nothing is decoded whose header asks for
/// more than decoding_limit. Threads may call it at once; those with large pictures wait for each other.
/// Throws UnreadableImage.
void decode_image(std::span<const std::byte> file, const ImageTarget& target, std::span<std::byte> pixels);

}  // namespace normscope::datasets
