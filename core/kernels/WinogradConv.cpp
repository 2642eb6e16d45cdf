#include "core/kernels/WinogradConv.h"

#include "core/kernels/Correlation.h"

#include <algorithm>

namespace normscope::kernels {
namespace {

constexpr std::int64_t tiles(std::int64_t size) {
    return (size + winograd_outputs - 1) / winograd_outputs;
}

/// One point of all tiles behind the other; a little more, so that points don't share cache sets and
/// the last tile can write a vector beyond its channels.
constexpr std::int64_t point_step(std::int64_t tiles_per_chunk, std::int64_t tile_step) {
    return tiles_per_chunk * tile_step + max_lanes;
}

/// Floats of transformed tiles, inputs and outputs, that leave room for the weights in the second cache.
constexpr std::int64_t chunk_floats = 96 * 1024;

}  // namespace

WinogradConv::WinogradConv(const ConvShape& shape) : ConvAlgorithm(shape) {
    const std::int64_t p = shape.padding, out_h = tiles(shape.out_h()), out_w = tiles(shape.out_w());
    m_input_canvas = {winograd_outputs * out_h + 2, winograd_outputs * out_w + 2, shape.in_channels, p, p};
    // As large as the tiles of ∂L/∂x want it, and those of ∂L/∂y from its first pixel on.
    const std::int64_t border = 2 - p;
    m_gradient_canvas = {std::max(winograd_outputs * tiles(shape.h) + 2, border + winograd_outputs * out_h),
                         std::max(winograd_outputs * tiles(shape.w) + 2, border + winograd_outputs * out_w),
                         shape.out_channels, border, border};
    // Small images share the products, which pay from about 16 tiles on.
    m_images_per_block = std::clamp<std::int64_t>(16 / (out_h * out_w), 1, 4);
    const std::int64_t of_tile =
        winograd_points * (packed_channels(shape.in_channels) + packed_channels(shape.out_channels));
    m_tiles_per_chunk = std::max<std::int64_t>(8, chunk_floats / of_tile);
}

std::int64_t WinogradConv::work_size() const {
    return winograd_points * (point_step(m_tiles_per_chunk, packed_channels(m_shape.in_channels)) +
                              point_step(m_tiles_per_chunk, packed_channels(m_shape.out_channels)));
}

std::int64_t WinogradConv::packed_forward_size() const {
    const std::int64_t outputs = packed_channels(m_shape.out_channels);
    return (winograd_points * m_shape.in_channels + 1) * outputs;
}

void WinogradConv::pack_forward(const float* weight, const float* bias, float* packed) const {
    const std::int64_t outputs = packed_channels(m_shape.out_channels);
    // The bias lies in front of the weights.
    std::fill_n(packed, outputs, 0.0F);
    if (bias) std::copy_n(bias, m_shape.out_channels, packed);
    transform_weights(weight, m_shape.in_channels, m_shape.out_channels, packed + outputs);
}

std::int64_t WinogradConv::packed_backward_size() const {
    // Behind it, the flipped and transposed weights.
    return winograd_points * m_shape.out_channels * packed_channels(m_shape.in_channels) + m_shape.weight_count();
}

void WinogradConv::pack_backward(const float* weight, float* packed) const {
    const std::int64_t inputs = m_shape.in_channels, outputs = m_shape.out_channels;
    float* flipped = packed + winograd_points * outputs * packed_channels(inputs);
    for (std::int64_t tap = 0; tap < 9; ++tap) {
        const float* from = weight + (8 - tap) * inputs * outputs;
        float* to = flipped + tap * inputs * outputs;
        for (std::int64_t i = 0; i < inputs; ++i) {
            for (std::int64_t o = 0; o < outputs; ++o) to[o * inputs + i] = from[i * outputs + o];
        }
    }
    transform_weights(flipped, outputs, inputs, packed);
}

void WinogradConv::convolve(const Pass& pass, const float* canvases, std::int64_t images, float* result,
                            float* work) const {
    const std::int64_t inputs = pass.from.channels, outputs = packed_channels(pass.to.channels);
    const TilePoints patches{work, point_step(m_tiles_per_chunk, inputs), inputs};
    const TilePoints products{work + winograd_points * point_step(m_tiles_per_chunk, packed_channels(inputs)),
                              point_step(m_tiles_per_chunk, outputs), outputs};
    // Whole vectors: what lies beyond the last channel is computed, too, and dropped later.
    const std::int64_t lanes = vector_lanes(), outputs_computed = (pass.to.channels + lanes - 1) / lanes * lanes;
    const std::int64_t total = images * pass.from.rows * pass.from.columns;
    const std::int64_t chunks = (total + m_tiles_per_chunk - 1) / m_tiles_per_chunk;
    for (std::int64_t chunk = 0; chunk < chunks; ++chunk) {
        const std::int64_t first = total * chunk / chunks, count = total * (chunk + 1) / chunks - first;
        transform_patches(pass.from, canvases, first, count, patches);
        // A row for each point.
        correlate({.in = patches.values,
                   .in_pixel_step = inputs,
                   .in_row_step = patches.point_step,
                   .taps = 1,
                   .tap_step = 0,
                   .run = inputs,
                   .weights = pass.weights,
                   .weights_row_step = inputs * outputs,
                   .bias = nullptr,
                   .out = products.values,
                   .out_pixel_step = outputs,
                   .out_row_step = products.point_step,
                   .rows = winograd_points,
                   .columns = count,
                   .channels = outputs_computed,
                   .accumulate = false,
                   .prefetch = pass.prefetch});
        transform_products(pass.to, products, first, count, pass.output, result);
    }
}

void WinogradConv::forward(const float* packed, const float* input, std::int64_t images, float* y, float* work,
                           Prefetch* prefetch) const {
    const std::int64_t rows = tiles(m_shape.out_h()), columns = tiles(m_shape.out_w());
    const std::int64_t inputs = m_shape.in_channels, outputs = m_shape.out_channels;
    convolve({.from = {rows, columns, m_input_canvas.size(), m_input_canvas.row_step(), inputs},
              .to = {rows, columns, m_shape.out_image(), m_shape.out_w() * outputs, outputs},
              .output = {m_shape.out_h(), m_shape.out_w(), packed, false},
              .weights = packed + packed_channels(outputs),
              .prefetch = prefetch},
             input, images, y, work);
}

void WinogradConv::input_gradient(const float* packed, const float* gradient, std::int64_t images, bool accumulate,
                                  float* dx, float* work, Prefetch* prefetch) const {
    const std::int64_t rows = tiles(m_shape.h), columns = tiles(m_shape.w);
    const std::int64_t inputs = m_shape.in_channels, outputs = m_shape.out_channels;
    convolve({.from = {rows, columns, m_gradient_canvas.size(), m_gradient_canvas.row_step(), outputs},
              .to = {rows, columns, m_shape.in_image(), m_shape.w * inputs, inputs},
              .output = {m_shape.h, m_shape.w, nullptr, accumulate},
              .weights = packed,
              .prefetch = prefetch},
             gradient, images, dx, work);
}

std::int64_t WinogradConv::sums_size() const {
    return winograd_points * m_shape.in_channels * packed_channels(m_shape.out_channels);
}

void WinogradConv::weight_gradient(const float* input, const float* gradient, std::int64_t images, bool accumulate,
                                   float* sums, float* work, Prefetch* prefetch) const {
    const std::int64_t rows = tiles(m_shape.out_h()), columns = tiles(m_shape.out_w());
    const std::int64_t inputs = m_shape.in_channels, outputs = packed_channels(m_shape.out_channels);
    const TileGrid patch_grid{rows, columns, m_input_canvas.size(), m_input_canvas.row_step(), inputs};
    const TileGrid gradient_grid{rows, columns, m_gradient_canvas.size(), m_gradient_canvas.row_step(),
                                 m_shape.out_channels};
    const TilePoints patches{work, point_step(m_tiles_per_chunk, inputs), inputs};
    const TilePoints gradients{work + winograd_points * point_step(m_tiles_per_chunk, packed_channels(inputs)),
                               point_step(m_tiles_per_chunk, outputs), outputs};
    const std::int64_t total = images * rows * columns;
    const std::int64_t chunks = (total + m_tiles_per_chunk - 1) / m_tiles_per_chunk;
    for (std::int64_t chunk = 0; chunk < chunks; ++chunk) {
        const std::int64_t first = total * chunk / chunks, count = total * (chunk + 1) / chunks - first;
        transform_patches(patch_grid, input, first, count, patches);
        transform_gradients(gradient_grid, gradient + m_gradient_canvas.origin(), first, count, gradients);
        correlate_weights({.x = patches.values,
                           .x_pixel_step = inputs,
                           .x_row_step = 0,
                           .taps = 1,
                           .tap_step = 0,
                           .run = inputs,
                           .dy = gradients.values,
                           .dy_pixel_step = outputs,
                           .dy_row_step = 0,
                           .rows = 1,
                           .columns = count,
                           .channels = outputs,
                           .gradient = sums,
                           .accumulate = accumulate || chunk > 0,
                           .planes = winograd_points,
                           .x_plane_step = patches.point_step,
                           .dy_plane_step = gradients.point_step,
                           .gradient_plane_step = inputs * outputs,
                           .prefetch = prefetch});
    }
}

void WinogradConv::finish_weight_gradient(const float* sums, float* gradient) const {
    transform_weight_gradients(sums, m_shape.in_channels, m_shape.out_channels, gradient);
}

}  // namespace normscope::kernels
