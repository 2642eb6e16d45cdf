// What a picture file says about itself, read before anything is decoded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>

namespace normscope::datasets {

/// Why a file gives no picture. what() are words that follow "it was skipped: ", without a full stop.
class UnreadableImage : public std::runtime_error {
   public:
    using std::runtime_error::runtime_error;
};

enum class ImageFormat { png, jpeg, bmp, pnm, webp };

struct ImageHeader {
    ImageFormat format = ImageFormat::png;
    std::uint32_t width = 0;  ///< in pixels, as stored: before any rotation
    std::uint32_t height = 0;
    std::uint32_t bytes_per_pixel = 3;  ///< most that decoding it needs
    std::uint32_t max_value = 255;      ///< that white has where it is decoded: 255, 65535 or what a PNM says
    int orientation = 1;                ///< EXIF's, 1 … 8: how the stored picture is turned (TIFF 6.0, tag 274)
    bool progressive = false;           ///< a JPEG that is kept as coefficients until its end
};

/// Reads the header of a whole file; its first bytes say which format it is, never its name. Files that end too early
/// are found here, since decoders fill what is missing in silence: a PNG must have its IEND chunk, a JPEG its end
/// marker behind the last scan, a WebP the length it announces, a BMP and a binary PNM every pixel.
/// Pure. Throws UnreadableImage: another format (named if known), cut, damaged, no pixels, animated.
ImageHeader read_image_header(std::span<const std::byte> file);

}  // namespace normscope::datasets
