#include "core/kernels/DirectConv.h"

#include "core/kernels/Correlation.h"

#include <algorithm>

namespace normscope::kernels {

DirectConv::DirectConv(const ConvShape& shape) : ConvAlgorithm(shape) {
    const auto p = shape.padding;
    m_input_canvas = {shape.h + 2 * p, shape.w + 2 * p, shape.in_channels, p, p};
    m_gradient_canvas = gradient_canvas_for_phases();
}

DirectConv::Phase DirectConv::phase(std::int64_t r, std::int64_t size) const {
    const auto s = m_shape.stride, p = m_shape.padding;
    const std::int64_t first = ((r - p) % s + s) % s;
    const std::int64_t count = first < size ? (size - 1 - first) / s + 1 : 0;
    const std::int64_t taps = r < m_shape.kernel ? (m_shape.kernel - 1 - r) / s + 1 : 0;
    return {first, count, taps, (first + p) / s - (taps - 1)};
}

Canvas DirectConv::gradient_canvas_for_phases() const {
    Canvas canvas{m_shape.out_h(), m_shape.out_w(), m_shape.out_channels, 0, 0};
    const auto extend = [&](const Phase& of, std::int64_t& size, std::int64_t& border, std::int64_t& end) {
        if (of.count == 0 || of.taps == 0) return;
        border = std::max(border, -of.source);
        end = std::max({end, size, of.source + of.count - 1 + of.taps});
    };
    std::int64_t bottom = canvas.rows, right = canvas.columns;
    for (std::int64_t r = 0; r < m_shape.stride; ++r) {
        extend(phase(r, m_shape.h), canvas.rows, canvas.top, bottom);
        extend(phase(r, m_shape.w), canvas.columns, canvas.left, right);
    }
    canvas.rows = canvas.top + bottom;
    canvas.columns = canvas.left + right;
    return canvas;
}

template <class Visit>
void DirectConv::for_each_phase(const Visit& visit) const {
    std::int64_t offset = 0;
    for (std::int64_t r = 0; r < m_shape.stride; ++r) {
        const Phase rows = phase(r, m_shape.h);
        for (std::int64_t q = 0; q < m_shape.stride; ++q) {
            const Phase columns = phase(q, m_shape.w);
            visit(rows, columns, r, q, offset);
            offset += rows.taps * columns.taps * m_shape.out_channels * packed_channels(m_shape.in_channels);
        }
    }
}

std::int64_t DirectConv::packed_forward_size() const {
    const auto k = m_shape.kernel;
    return (k * k * m_shape.in_channels + 1) * packed_channels(m_shape.out_channels);
}

void DirectConv::pack_forward(const float* weight, const float* bias, float* packed) const {
    const std::int64_t outputs = m_shape.out_channels;
    // The bias lies in front of the weights.
    std::fill_n(packed, packed_channels(outputs), 0.0F);
    if (bias) std::copy_n(bias, outputs, packed);
    const std::int64_t rows = m_shape.kernel * m_shape.kernel * m_shape.in_channels;
    pack_weights({weight, rows, outputs, 1}, 0, rows, outputs, packed + packed_channels(outputs));
}

void DirectConv::forward(const float* packed, const float* input, std::int64_t images, float* y, float* /*work*/,
                         Prefetch* prefetch) const {
    const std::int64_t inputs = m_shape.in_channels, outputs = m_shape.out_channels, stride = m_shape.stride;
    for (std::int64_t image = 0; image < images; ++image) {
        correlate({.in = input + image * m_input_canvas.size(),
                   .in_pixel_step = stride * inputs,
                   .in_row_step = stride * m_input_canvas.row_step(),
                   .taps = m_shape.kernel,
                   .tap_step = m_input_canvas.row_step(),
                   .run = m_shape.kernel * inputs,
                   .weights = packed + packed_channels(outputs),
                   .weights_row_step = 0,
                   .bias = packed,
                   .out = y + image * m_shape.out_image(),
                   .out_pixel_step = outputs,
                   .out_row_step = m_shape.out_w() * outputs,
                   .rows = m_shape.out_h(),
                   .columns = m_shape.out_w(),
                   .channels = outputs,
                   .accumulate = false,
                   .prefetch = prefetch});
    }
}

std::int64_t DirectConv::packed_backward_size() const {
    // Every weight belongs to one phase.
    return m_shape.kernel * m_shape.kernel * m_shape.out_channels * packed_channels(m_shape.in_channels);
}

void DirectConv::pack_backward(const float* weight, float* packed) const {
    const auto k = m_shape.kernel, s = m_shape.stride;
    const std::int64_t inputs = m_shape.in_channels, outputs = m_shape.out_channels;
    for_each_phase([&](const Phase& rows, const Phase& columns, std::int64_t r, std::int64_t q, std::int64_t offset) {
        const std::int64_t total = rows.taps * columns.taps * outputs;
        for (std::int64_t t = 0; t < rows.taps * columns.taps; ++t) {
            const std::int64_t kernel_row = r + s * (rows.taps - 1 - t / columns.taps);
            const std::int64_t kernel_column = q + s * (columns.taps - 1 - t % columns.taps);
            const float* tap = weight + (kernel_row * k + kernel_column) * inputs * outputs;
            // Output channels are the rows now.
            pack_weights({tap, outputs, 1, outputs}, t * outputs, total, inputs, packed + offset);
        }
    });
}

void DirectConv::input_gradient(const float* packed, const float* gradient, std::int64_t images, bool accumulate,
                                float* dx, float* /*work*/, Prefetch* prefetch) const {
    const std::int64_t inputs = m_shape.in_channels, outputs = m_shape.out_channels, stride = m_shape.stride;
    const Canvas& canvas = m_gradient_canvas;
    for (std::int64_t image = 0; image < images; ++image) {
        for_each_phase([&](const Phase& rows, const Phase& columns, std::int64_t, std::int64_t, std::int64_t offset) {
            // Without a tap, correlate() writes zeros.
            const std::int64_t taps = columns.taps > 0 ? rows.taps : 0;
            const std::int64_t source =
                taps > 0 ? (canvas.top + rows.source) * canvas.row_step() + (canvas.left + columns.source) * outputs
                         : 0;
            correlate({.in = gradient + image * canvas.size() + source,
                       .in_pixel_step = outputs,
                       .in_row_step = canvas.row_step(),
                       .taps = taps,
                       .tap_step = canvas.row_step(),
                       .run = columns.taps * outputs,
                       .weights = packed + offset,
                       .weights_row_step = 0,
                       .bias = nullptr,
                       .out = dx + image * m_shape.in_image() + (rows.first * m_shape.w + columns.first) * inputs,
                       .out_pixel_step = stride * inputs,
                       .out_row_step = stride * m_shape.w * inputs,
                       .rows = rows.count,
                       .columns = columns.count,
                       .channels = inputs,
                       .accumulate = accumulate,
                       .prefetch = prefetch});
        });
    }
}

void DirectConv::weight_gradient(const float* input, const float* gradient, std::int64_t images, bool accumulate,
                                 float* sums, float* /*work*/, Prefetch* prefetch) const {
    const std::int64_t inputs = m_shape.in_channels, outputs = m_shape.out_channels, stride = m_shape.stride;
    for (std::int64_t image = 0; image < images; ++image) {
        correlate_weights({.x = input + image * m_input_canvas.size(),
                           .x_pixel_step = stride * inputs,
                           .x_row_step = stride * m_input_canvas.row_step(),
                           .taps = m_shape.kernel,
                           .tap_step = m_input_canvas.row_step(),
                           .run = m_shape.kernel * inputs,
                           .dy = gradient + image * m_gradient_canvas.size() + m_gradient_canvas.origin(),
                           .dy_pixel_step = outputs,
                           .dy_row_step = m_gradient_canvas.row_step(),
                           .rows = m_shape.out_h(),
                           .columns = m_shape.out_w(),
                           .channels = outputs,
                           .gradient = sums,
                           .accumulate = accumulate || image > 0,
                           .planes = 1,
                           .x_plane_step = 0,
                           .dy_plane_step = 0,
                           .gradient_plane_step = 0,
                           .prefetch = prefetch});
    }
}

void DirectConv::finish_weight_gradient(const float* sums, float* gradient) const {
    std::copy_n(sums, m_shape.weight_count(), gradient);
}

}  // namespace normscope::kernels
