#include "core/kernels/WinogradTiles.h"

#include "core/kernels/Correlation.h"
#include "core/kernels/Targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/WinogradTiles.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h.
#include "core/kernels/Vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace normscope::kernels::HWY_NAMESPACE {

HWY_INLINE V times(float factor, V v) {
    return hn::Mul(hn::Set(floats, factor), v);
}
/// sum + factor · v.
HWY_INLINE V plus_times(V sum, float factor, V v) {
    return hn::MulAdd(hn::Set(floats, factor), v, sum);
}

/// Bᵀ d for one column of a patch.
HWY_INLINE void patch_transform(const V (&d)[6], V* to, int step) {
    const V even1 = plus_times(d[4], -4, d[2]), odd1 = plus_times(d[3], -4, d[1]);
    const V even2 = hn::Sub(d[4], d[2]), odd2 = times(2, hn::Sub(d[3], d[1]));
    to[0] = plus_times(plus_times(d[4], -5, d[2]), 4, d[0]);
    to[step] = hn::Add(even1, odd1);
    to[2 * step] = hn::Sub(even1, odd1);
    to[3 * step] = hn::Add(even2, odd2);
    to[4 * step] = hn::Sub(even2, odd2);
    to[5 * step] = plus_times(plus_times(d[5], -5, d[3]), 4, d[1]);
}

/// Aᵀ m for one column of products.
HWY_INLINE void product_transform(const V (&m)[6], V* to, int step) {
    const V sum1 = hn::Add(m[1], m[2]), difference1 = hn::Sub(m[1], m[2]);
    const V sum2 = hn::Add(m[3], m[4]), difference2 = hn::Sub(m[3], m[4]);
    to[0] = hn::Add(m[0], hn::Add(sum1, sum2));
    to[step] = plus_times(difference1, 2, difference2);
    to[2 * step] = plus_times(sum1, 4, sum2);
    to[3 * step] = hn::Add(plus_times(difference1, 8, difference2), m[5]);
}

/// A g for one column of gradients.
HWY_INLINE void gradient_transform(const V (&g)[4], V* to, int step) {
    const V even1 = hn::Add(g[0], g[2]), odd1 = hn::Add(g[1], g[3]);
    const V even2 = plus_times(g[0], 4, g[2]), odd2 = plus_times(times(2, g[1]), 8, g[3]);
    to[0] = g[0];
    to[step] = hn::Add(even1, odd1);
    to[2 * step] = hn::Sub(even1, odd1);
    to[3 * step] = hn::Add(even2, odd2);
    to[4 * step] = hn::Sub(even2, odd2);
    to[5 * step] = g[3];
}

/// G g for three values.
HWY_INLINE void weight_transform(V g0, V g1, V g2, V* to, int step) {
    const V outer1 = times(-1.0F / 6, hn::Add(g0, g2)), inner1 = times(1.0F / 6, g1);
    const V outer2 = plus_times(times(1.0F / 24, g0), 1.0F / 6, g2), inner2 = times(1.0F / 12, g1);
    to[0] = times(0.25F, g0);
    to[step] = hn::Sub(outer1, inner1);
    to[2 * step] = hn::Add(outer1, inner1);
    to[3 * step] = hn::Add(outer2, inner2);
    to[4 * step] = hn::Sub(outer2, inner2);
    to[5 * step] = g2;
}

/// Gᵀ u for six values.
HWY_INLINE void weight_gradient_transform(const V (&u)[6], V* to, int step) {
    const V sum1 = hn::Add(u[1], u[2]), sum2 = hn::Add(u[3], u[4]);
    const V sixth = times(-1.0F / 6, sum1);
    to[0] = hn::Add(plus_times(sixth, 1.0F / 24, sum2), times(0.25F, u[0]));
    to[step] = plus_times(times(1.0F / 6, hn::Sub(u[2], u[1])), 1.0F / 12, hn::Sub(u[3], u[4]));
    to[2 * step] = hn::Add(plus_times(sixth, 1.0F / 6, sum2), u[5]);
}

/// Bᵀ d B (size 6) or A g Aᵀ (size 4) of one vector of channels.
template <int size>
HWY_INLINE void transform_tile(const float* from, std::int64_t row_step, std::int64_t pixel_step, float* to,
                               std::int64_t point_step) {
    V columns[6 * size];  // transformed along rows' direction: point × column
#pragma GCC unroll 6
    for (int j = 0; j < size; ++j) {
        V column[size];
#pragma GCC unroll 6
        for (int i = 0; i < size; ++i) column[i] = hn::LoadU(floats, from + i * row_step + j * pixel_step);
        if constexpr (size == 6)
            patch_transform(column, columns + j, size);
        else
            gradient_transform(column, columns + j, size);
    }
#pragma GCC unroll 6
    for (int i = 0; i < 6; ++i) {
        V row[size], points[6];
#pragma GCC unroll 6
        for (int j = 0; j < size; ++j) row[j] = columns[i * size + j];
        if constexpr (size == 6)
            patch_transform(row, points, 1);
        else
            gradient_transform(row, points, 1);
#pragma GCC unroll 6
        for (int j = 0; j < 6; ++j) hn::StoreU(points[j], floats, to + (6 * i + j) * point_step);
    }
}

/// A tile's place: image, row and column of tiles. Goes from tile to tile without dividing.
struct TilePlace {
    std::int64_t image, row, column;
    TilePlace(const TileGrid& grid, std::int64_t tile)
        : image(tile / (grid.rows * grid.columns)), row(tile / grid.columns % grid.rows), column(tile % grid.columns) {}
    HWY_INLINE void advance(const TileGrid& grid) {
        if (++column < grid.columns) return;
        column = 0;
        if (++row < grid.rows) return;
        row = 0;
        ++image;
    }
    /// Offset of the tile's first pixel.
    HWY_INLINE std::int64_t offset(const TileGrid& grid) const {
        return image * grid.image_step + winograd_outputs * (row * grid.row_step + column * grid.channels);
    }
};

template <int size>
void transform_tiles(const TileGrid& grid, const float* canvas, std::int64_t first, std::int64_t count,
                     const TilePoints& to) {
    TilePlace place(grid, first);
    for (std::int64_t tile = 0; tile < count; ++tile, place.advance(grid)) {
        const float* from = canvas + place.offset(grid);
        for (std::int64_t c = 0; c < grid.channels; c += lanes) {
            transform_tile<size>(from + c, grid.row_step, grid.channels, to.values + tile * to.tile_step + c,
                                 to.point_step);
        }
    }
}

void transform_patches_all(const TileGrid& grid, const float* canvas, std::int64_t first, std::int64_t count,
                           const TilePoints& to) {
    transform_tiles<6>(grid, canvas, first, count, to);
}

void transform_gradients_all(const TileGrid& grid, const float* canvas, std::int64_t first, std::int64_t count,
                             const TilePoints& to) {
    transform_tiles<4>(grid, canvas, first, count, to);
}

/// The part of a tile that lies inside the image.
struct TileExtent {
    std::int64_t rows, columns;
    bool is_whole() const { return rows >= winograd_outputs && columns >= winograd_outputs; }
};

/// Aᵀ m A + bias of one vector of channels, added to what is there or not. `whole`: the tile lies inside the image,
/// else as much as `extent` says is stored.
template <bool whole, bool accumulate, class Part>
HWY_INLINE void transform_product(const float* from, std::int64_t point_step, V bias, const TileGrid& grid,
                                  const TileExtent& extent, Part part, float* to) {
    V half[24];
#pragma GCC unroll 6
    for (int j = 0; j < 6; ++j) {
        V column[6];
#pragma GCC unroll 6
        for (int i = 0; i < 6; ++i) column[i] = hn::LoadU(floats, from + (6 * i + j) * point_step);
        product_transform(column, half + j, 6);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
        if (!whole && i >= extent.rows) break;
        V row[6], y[4];
#pragma GCC unroll 6
        for (int j = 0; j < 6; ++j) row[j] = half[6 * i + j];
        product_transform(row, y, 1);
#pragma GCC unroll 4
        for (int j = 0; j < 4; ++j) {
            if (!whole && j >= extent.columns) break;
            float* pixel = to + i * grid.row_step + j * grid.channels;
            const V value = hn::Add(y[j], bias);
            part.store(accumulate ? hn::Add(part.load(pixel), value) : value, pixel);
        }
    }
}

template <bool accumulate>
void transform_products_of(const TileGrid& grid, const TilePoints& from, std::int64_t first, std::int64_t count,
                           const TileOutput& output, float* images) {
    TilePlace place(grid, first);
    for (std::int64_t tile = 0; tile < count; ++tile, place.advance(grid)) {
        const TileExtent extent{output.height - winograd_outputs * place.row,
                                output.width - winograd_outputs * place.column};
        const float* points = from.values + tile * from.tile_step;
        float* to = images + place.offset(grid);
        for_each_channel_vector(grid.channels, [&](std::int64_t c, auto part) HWY_ATTR {
            const V bias = output.bias ? hn::LoadU(floats, output.bias + c) : hn::Zero(floats);
            if (extent.is_whole()) {
                transform_product<true, accumulate>(points + c, from.point_step, bias, grid, extent, part, to + c);
            } else {
                transform_product<false, accumulate>(points + c, from.point_step, bias, grid, extent, part, to + c);
            }
        });
    }
}

void transform_products_all(const TileGrid& grid, const TilePoints& from, std::int64_t first, std::int64_t count,
                            const TileOutput& output, float* images) {
    (output.accumulate ? transform_products_of<true> : transform_products_of<false>)(grid, from, first, count, output,
                                                                                     images);
}

/// G g Gᵀ of one vector of outputs.
template <class Part>
HWY_INLINE void transform_weight(const float* weight, std::int64_t tap_step, Part part, float* to,
                                 std::int64_t point_step) {
    V half[18];
#pragma GCC unroll 3
    for (int j = 0; j < 3; ++j) {
        weight_transform(part.load(weight + j * tap_step), part.load(weight + (3 + j) * tap_step),
                         part.load(weight + (6 + j) * tap_step), half + j, 3);
    }
#pragma GCC unroll 6
    for (int i = 0; i < 6; ++i) {
        V points[6];
        weight_transform(half[3 * i], half[3 * i + 1], half[3 * i + 2], points, 1);
#pragma GCC unroll 6
        for (int j = 0; j < 6; ++j) hn::StoreU(points[j], floats, to + (6 * i + j) * point_step);
    }
}

void transform_weights_all(const float* weight, std::int64_t inputs, std::int64_t outputs, float* packed) {
    const std::int64_t point_step = inputs * packed_channels(outputs);
    for (std::int64_t block = 0; block < outputs;) {
        const std::int64_t width = channel_block(outputs - block, lanes);
        for (std::int64_t i = 0; i < inputs; ++i) {
            for (std::int64_t o = block; o < block + width; o += lanes) {
                const float* from = weight + i * outputs + o;
                float* to = packed + inputs * block + i * width + (o - block);
                if (o + lanes <= outputs) {
                    transform_weight(from, inputs * outputs, AllLanes{}, to, point_step);
                } else {
                    transform_weight(from, inputs * outputs, FirstLanes{outputs - o}, to, point_step);
                }
            }
        }
        block += width;
    }
}

/// Gᵀ u G of one vector of outputs.
template <class Part>
HWY_INLINE void transform_weight_gradient(const float* points, std::int64_t point_step, Part part, float* to,
                                          std::int64_t tap_step) {
    V half[18];
#pragma GCC unroll 6
    for (int j = 0; j < 6; ++j) {
        V column[6];
#pragma GCC unroll 6
        for (int i = 0; i < 6; ++i) column[i] = hn::LoadU(floats, points + (6 * i + j) * point_step);
        weight_gradient_transform(column, half + j, 6);
    }
#pragma GCC unroll 3
    for (int i = 0; i < 3; ++i) {
        V row[6], taps[3];
#pragma GCC unroll 6
        for (int j = 0; j < 6; ++j) row[j] = half[6 * i + j];
        weight_gradient_transform(row, taps, 1);
#pragma GCC unroll 3
        for (int j = 0; j < 3; ++j) part.store(taps[j], to + (3 * i + j) * tap_step);
    }
}

void transform_weight_gradients_all(const float* planes, std::int64_t inputs, std::int64_t outputs, float* gradient) {
    const std::int64_t padded = packed_channels(outputs), point_step = inputs * padded, tap_step = inputs * outputs;
    for (std::int64_t i = 0; i < inputs; ++i, planes += padded, gradient += outputs) {
        for_each_channel_vector(outputs, [&](std::int64_t o, auto part) HWY_ATTR {
            transform_weight_gradient(planes + o, point_step, part, gradient + o, tap_step);
        });
    }
}

}  // namespace normscope::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace normscope::kernels {

HWY_EXPORT(transform_patches_all);
HWY_EXPORT(transform_gradients_all);
HWY_EXPORT(transform_products_all);
HWY_EXPORT(transform_weights_all);
HWY_EXPORT(transform_weight_gradients_all);

void transform_patches(const TileGrid& grid, const float* canvas, std::int64_t first, std::int64_t count,
                       const TilePoints& to) {
    HWY_DYNAMIC_DISPATCH(transform_patches_all)(grid, canvas, first, count, to);
}
void transform_gradients(const TileGrid& grid, const float* canvas, std::int64_t first, std::int64_t count,
                         const TilePoints& to) {
    HWY_DYNAMIC_DISPATCH(transform_gradients_all)(grid, canvas, first, count, to);
}
void transform_products(const TileGrid& grid, const TilePoints& from, std::int64_t first, std::int64_t count,
                        const TileOutput& output, float* images) {
    HWY_DYNAMIC_DISPATCH(transform_products_all)(grid, from, first, count, output, images);
}
void transform_weights(const float* weight, std::int64_t inputs, std::int64_t outputs, float* packed) {
    HWY_DYNAMIC_DISPATCH(transform_weights_all)(weight, inputs, outputs, packed);
}
void transform_weight_gradients(const float* planes, std::int64_t inputs, std::int64_t outputs, float* gradient) {
    HWY_DYNAMIC_DISPATCH(transform_weight_gradients_all)(planes, inputs, outputs, gradient);
}

}  // namespace normscope::kernels
#endif
