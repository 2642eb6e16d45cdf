// Convolution without detours: any kernel, stride and padding.
#pragma once

#include "core/kernels/ConvAlgorithm.h"

namespace normscope::kernels {

/// Reads the kernel's rows straight from the canvas; no patches are gathered.
///
/// The input gradient is a convolution, too. Rows h of ∂L/∂x with (h + p) mod s = r see only the kernel
/// rows r, r + s, …: each pair of such phases of rows and columns is a convolution of ∂L/∂y with stride
/// 1 and every s-th weight, in reverse order. Stride 1 has one phase, stride 2 four.
class DirectConv final : public ConvAlgorithm {
   public:
    explicit DirectConv(const ConvShape& shape);

    std::int64_t images_per_block() const override { return 1; }
    std::int64_t work_size() const override { return 0; }
    std::int64_t packed_forward_size() const override;
    void pack_forward(const float* weight, const float* bias, float* packed) const override;
    void forward(const float* packed, const float* input, std::int64_t images, float* y, float* work,
                 Prefetch* prefetch) const override;
    std::int64_t packed_backward_size() const override;
    void pack_backward(const float* weight, float* packed) const override;
    void input_gradient(const float* packed, const float* gradient, std::int64_t images, bool accumulate, float* dx,
                        float* work, Prefetch* prefetch) const override;
    std::int64_t sums_size() const override { return m_shape.weight_count(); }
    void weight_gradient(const float* input, const float* gradient, std::int64_t images, bool accumulate, float* sums,
                         float* work, Prefetch* prefetch) const override;
    void finish_weight_gradient(const float* sums, float* gradient) const override;
    bool sums_are_gradients() const override { return true; }

   private:
    /// What the r-th phase of the rows (or columns) of ∂L/∂x is made of.
    struct Phase {
        std::int64_t first;   ///< its first row; the next ones follow `stride` apart …
        std::int64_t count;   ///< … so many
        std::int64_t taps;    ///< kernel rows that reach it: r + s·(taps − 1), …, r + s, r
        std::int64_t source;  ///< row of ∂L/∂y that the first of these meets at the first row; may be < 0
    };
    Phase phase(std::int64_t r, std::int64_t size) const;
    Canvas gradient_canvas_for_phases() const;
    /// Calls visit(rows, columns, r, q, offset of the phase's weights) for each pair of phases.
    template <class Visit>
    void for_each_phase(const Visit& visit) const;
};

}  // namespace normscope::kernels
