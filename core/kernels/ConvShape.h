// Geometry of a 2-d convolution.
#pragma once

#include <cstdint>

namespace normscope::kernels {

/// x (n, h, w, in_channels) → y (n, out_h, out_w, out_channels), weights (kernel, kernel, in, out): HWIO.
///
///   y[n,h,w,o] = b[o] + Σ x[n, s·h+i−p, s·w+j−p, c] · W[i,j,c,o]
///
/// The kernel must fit into the padded image.
struct ConvShape {
    std::int64_t n = 0;
    std::int64_t h = 0;
    std::int64_t w = 0;
    std::int64_t in_channels = 1;
    std::int64_t out_channels = 1;
    std::int64_t kernel = 3;
    std::int64_t stride = 1;
    std::int64_t padding = 1;

    std::int64_t out_h() const { return (h + 2 * padding - kernel) / stride + 1; }
    std::int64_t out_w() const { return (w + 2 * padding - kernel) / stride + 1; }
    std::int64_t in_image() const { return h * w * in_channels; }
    std::int64_t out_image() const { return out_h() * out_w() * out_channels; }
    std::int64_t weight_count() const { return kernel * kernel * in_channels * out_channels; }
    /// Multiplications and additions of one pass over the batch: forward, input gradient or weight gradient.
    double flops() const {
        return 2.0 * static_cast<double>(n * out_h() * out_w()) * static_cast<double>(weight_count());
    }

    friend bool operator==(const ConvShape&, const ConvShape&) = default;
};

}  // namespace normscope::kernels
