// Transforms of Winograd's F(4×4, 3×3), dispatched to the instruction set in use.
//
// With the points 0, ±1, ±2, ∞ (Lavin and Gray, 2015): y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A computes 4×4
// outputs from a 6×6 patch d of the image and a 3×3 kernel g with 36 multiplications instead of 144.
#pragma once

#include <cstdint>

namespace normscope::kernels {

inline constexpr std::int64_t winograd_outputs = 4;  ///< rows and columns of a tile
inline constexpr std::int64_t winograd_patch = 6;
inline constexpr std::int64_t winograd_points = 36;

/// Where the tiles of some images lie, numbered image by image in row order.
struct TileGrid {
    std::int64_t rows;  ///< tiles of an image from top to bottom
    std::int64_t columns;
    std::int64_t image_step;  ///< floats from image to image, …
    std::int64_t row_step;    ///< … from one pixel row to the next
    std::int64_t channels;    ///< contiguous values of a pixel
};

/// Transformed tiles: point p of tile t (of this range) begins at p · point_step + t · tile_step.
struct TilePoints {
    float* values;
    std::int64_t point_step;
    std::int64_t tile_step;
};

/// Bᵀ d B of the patches of tiles [first, first + count). Reads and writes up to a vector beyond the
/// last channel: what is written there is overwritten by the next tile.
void transform_patches(const TileGrid& grid, const float* canvas, std::int64_t first, std::int64_t count,
                       const TilePoints& to);

/// A dy Aᵀ of the 4×4 gradients of tiles: what ∂L/∂(product) is. Channels beyond the last, up to
/// tile_step, become anything.
void transform_gradients(const TileGrid& grid, const float* canvas, std::int64_t first, std::int64_t count,
                         const TilePoints& to);

/// Aᵀ m A + bias (may be null, else padded to whole vectors) into images of height × width pixels; what
/// hangs over their edges is dropped. Added to what is there if `accumulate`.
struct TileOutput {
    std::int64_t height;
    std::int64_t width;
    const float* bias;
    bool accumulate;
};
void transform_products(const TileGrid& grid, const TilePoints& from, std::int64_t first, std::int64_t count,
                        const TileOutput& output, float* images);

/// G g Gᵀ of weights (3, 3, inputs, outputs), each of the 36 points packed as pack_weights() does.
void transform_weights(const float* weight, std::int64_t inputs, std::int64_t outputs, float* packed);

/// Gᵀ u G: gradients of weights (3, 3, inputs, outputs) from 36 planes of inputs × packed_channels(outputs) values.
void transform_weight_gradients(const float* planes, std::int64_t inputs, std::int64_t outputs, float* gradient);

}  // namespace normscope::kernels
