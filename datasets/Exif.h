// The one thing of EXIF that changes a picture.
#pragma once

#include <cstddef>
#include <span>

namespace normscope::datasets {

/// Orientation, 1 … 8, from EXIF data (a TIFF header and its first directory; TIFF 6.0, tag 274), with or without
/// "Exif\0\0" before it. 1 (upright) if there is none or the data is damaged. Pure.
int exif_orientation(std::span<const std::byte> data);

}  // namespace normscope::datasets
