// The inner loop of every convolution: one image at a time, dispatched to the instruction set in use.
#pragma once

#include "core/kernels/Prefetch.h"

#include <cstdint>

namespace normscope::kernels {

/// out[r, q, o] = bias[o] + Σ_t Σ_i in[r·in_row_step + q·in_pixel_step + t·tap_step + i] · weights[t, i, o]
///
/// for rows × columns pixels and `channels` outputs o. A kernel row (t) is one contiguous run of
/// kernel width × channels inputs, because the image is NHWC. Steps are in floats. Rows share their weights unless
/// weights_row_step says otherwise: then each row is a product of matrices of its own.
struct Correlation {
    const float* in;
    std::int64_t in_pixel_step;
    std::int64_t in_row_step;
    std::int64_t taps;
    std::int64_t tap_step;
    std::int64_t run;
    const float* weights;  ///< from pack_weights(): taps · run rows
    std::int64_t weights_row_step;
    const float* bias;  ///< padded to packed_channels() values; may be null
    float* out;
    std::int64_t out_pixel_step;
    std::int64_t out_row_step;
    std::int64_t rows;
    std::int64_t columns;
    std::int64_t channels;
    bool accumulate;     ///< add to what `out` holds; then without bias
    Prefetch* prefetch;  ///< may be null
};
void correlate(const Correlation& job);

/// gradient[t, i, o] += Σ_r Σ_q x[r·x_row_step + q·x_pixel_step + t·tap_step + i] · dy[r·dy_row_step + q·dy_pixel_step
/// + o]
///
/// `dy` is read up to 15 floats beyond its last pixel (their values do not matter). The same for `planes` pairs of x
/// and dy, each with a gradient of its own.
struct WeightGradient {
    const float* x;
    std::int64_t x_pixel_step;
    std::int64_t x_row_step;
    std::int64_t taps;
    std::int64_t tap_step;
    std::int64_t run;
    const float* dy;
    std::int64_t dy_pixel_step;
    std::int64_t dy_row_step;
    std::int64_t rows;
    std::int64_t columns;
    std::int64_t channels;
    float* gradient;  ///< (taps, run, channels), contiguous
    bool accumulate;  ///< false: = instead of +=, whatever is there
    std::int64_t planes;
    std::int64_t x_plane_step;
    std::int64_t dy_plane_step;
    std::int64_t gradient_plane_step;
    Prefetch* prefetch;  ///< may be null
};
void correlate_weights(const WeightGradient& job);

/// Floats in a vector of the instruction set in use: 16 for AVX-512.
std::int64_t vector_lanes();

/// The largest vector_lanes() of any instruction set; memory is sized with it.
inline constexpr std::int64_t max_lanes = 16;

/// `channels` rounded up to whole vectors of any instruction set.
constexpr std::int64_t packed_channels(std::int64_t channels) {
    return (channels + max_lanes - 1) / max_lanes * max_lanes;
}

/// Output channels are worked on in blocks of two vectors, the last block of one or two.
constexpr std::int64_t channel_block(std::int64_t channels_left, std::int64_t lanes) {
    return channels_left > lanes ? 2 * lanes : lanes;
}

/// Weights as correlate() wants them: block by block, in each block the rows one after the other,
/// filled up with zeros. Takes rows × packed_channels(channels) floats.
struct WeightRows {
    const float* first;         ///< weight of row 0, channel 0
    std::int64_t rows;          ///< this many …
    std::int64_t row_step;      ///< … so far apart
    std::int64_t channel_step;  ///< from one output channel to the next
};
/// The source becomes the rows from first_row on, of total_rows.
void pack_weights(const WeightRows& source, std::int64_t first_row, std::int64_t total_rows, std::int64_t channels,
                  float* packed);

}  // namespace normscope::kernels
