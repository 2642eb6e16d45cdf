// An image with a border of zeros, so that convolutions need not look where the image ends.
#pragma once

#include <cstdint>

namespace normscope::kernels {

/// Geometry of a canvas: rows × columns pixels of `channels` values, contiguous; the image's first
/// pixel lies at (top, left).
struct Canvas {
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    std::int64_t channels = 0;
    std::int64_t top = 0;
    std::int64_t left = 0;

    std::int64_t row_step() const { return columns * channels; }
    /// Offset of the image's first pixel.
    std::int64_t origin() const { return top * row_step() + left * channels; }
    /// Floats that one canvas takes: kernels read up to a vector beyond the last pixel.
    std::int64_t size() const { return (rows * row_step() + 31) / 16 * 16; }

    /// Whether an image of h × w pixels needs no border: then it is its own canvas.
    bool is_image(std::int64_t h, std::int64_t w) const { return rows == h && columns == w; }

    /// Zeros around an image of h × w pixels; leaves the image's own pixels alone.
    void clear_border(std::int64_t h, std::int64_t w, float* canvas) const;
    /// Border and image: copies h × w × channels contiguous values.
    void fill(const float* image, std::int64_t h, std::int64_t w, float* canvas) const;
};

}  // namespace normscope::kernels
