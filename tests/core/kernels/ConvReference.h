// Convolution by its definition, in double.
#pragma once

#include "core/kernels/ConvShape.h"

#include <cstddef>
#include <span>
#include <vector>

namespace normscope::testing {

/// Calls visit(index into x, into the weights, into y) for every product of the convolution.
template <class Visit>
void for_each_product(const kernels::ConvShape& s, const Visit& visit) {
    for (std::int64_t y = 0; y < s.n * s.out_h() * s.out_w(); ++y) {
        const std::int64_t n = y / (s.out_h() * s.out_w()), h = y / s.out_w() % s.out_h(), w = y % s.out_w();
        for (std::int64_t tap = 0; tap < s.kernel * s.kernel; ++tap) {
            const std::int64_t row = s.stride * h + tap / s.kernel - s.padding;
            const std::int64_t column = s.stride * w + tap % s.kernel - s.padding;
            if (row < 0 || row >= s.h || column < 0 || column >= s.w) continue;
            for (std::int64_t c = 0; c < s.in_channels; ++c) {
                const std::int64_t x = ((n * s.h + row) * s.w + column) * s.in_channels + c;
                for (std::int64_t o = 0; o < s.out_channels; ++o) {
                    visit(x, (tap * s.in_channels + c) * s.out_channels + o, y * s.out_channels + o);
                }
            }
        }
    }
}

struct ConvResult {
    std::vector<double> y, dx, dweight, dbias;
};

inline ConvResult conv_reference(const kernels::ConvShape& s, std::span<const float> x, std::span<const float> weight,
                                 std::span<const float> bias, std::span<const float> dy) {
    ConvResult result;
    result.y.resize(dy.size());
    result.dx.resize(x.size());
    result.dweight.resize(weight.size());
    result.dbias.resize(bias.size());
    for (std::size_t i = 0; i < dy.size(); ++i) {
        result.y[i] = bias[i % bias.size()];
        result.dbias[i % bias.size()] += dy[i];
    }
    for_each_product(s, [&](std::int64_t xi, std::int64_t wi, std::int64_t yi) {
        result.y[yi] += static_cast<double>(x[xi]) * weight[wi];
        result.dx[xi] += static_cast<double>(dy[yi]) * weight[wi];
        result.dweight[wi] += static_cast<double>(x[xi]) * dy[yi];
    });
    return result;
}

}  // namespace normscope::testing
