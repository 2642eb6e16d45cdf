// What lies behind the convolution of a fused block.
#pragma once

#include "core/nn/NormStage.h"

namespace normscope::nn {

/// A norm, a rectifier and a 2×2 max-pool, in this order and any of them, applied to single images of the convolution's
/// output z. Images are contiguous but for those that have a row step. A view, made where it is used.
class BlockEnd {
   public:
    /// `norm` may be null.
    BlockEnd(const Shape& z, NormStage* norm, bool relu, bool pool)
        : m_norm(norm), m_area{z.h, z.w, z.c, relu}, m_pools(pool) {}

    /// Whether there is none of them: z is the output.
    bool is_empty() const { return !m_norm && !m_area.relu && !m_pools; }
    void forward(const float* z, float* y, std::int64_t y_row_step) const;
    /// ∂L/∂z from ∂L/∂y; z as forward() had it.
    void backward(const float* z, const float* dy, float* dz, std::int64_t dz_row_step) const;
    /// Adds an image to the sums of a work group that the norm's gradients are made of.
    void add_norm_gradients(const float* z, const float* dy, std::int64_t group) const;

   private:
    kernels::PoolImage pool_image() const { return {m_area.rows, m_area.columns, m_area.channels, m_area.relu}; }
    std::int64_t row() const { return m_area.columns * m_area.channels; }

    NormStage* m_norm;
    kernels::NormArea m_area;
    bool m_pools;
};

}  // namespace normscope::nn
