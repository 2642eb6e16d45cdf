// 3×3 convolution with stride 1 by Winograd's F(4×4, 3×3).
#pragma once

#include "core/kernels/ConvAlgorithm.h"
#include "core/kernels/WinogradTiles.h"

namespace normscope::kernels {

/// Four times fewer multiplications than a direct convolution, for tiles of 4×4 outputs. Rounding errors
/// are about ten times larger. A NaN shows in all outputs of the tiles that see it.
///
/// The input gradient is the same convolution with flipped weights and padding 2 − p; the weight
/// gradient multiplies the transformed patches with the transformed gradients.
class WinogradConv final : public ConvAlgorithm {
   public:
    /// Kernel 3, stride 1, padding 0, 1 or 2.
    explicit WinogradConv(const ConvShape& shape);

    std::int64_t images_per_block() const override { return m_images_per_block; }
    std::int64_t work_size() const override;
    std::int64_t packed_forward_size() const override;
    void pack_forward(const float* weight, const float* bias, float* packed) const override;
    void forward(const float* packed, const float* input, std::int64_t images, float* y, float* work,
                 Prefetch* prefetch) const override;
    std::int64_t packed_backward_size() const override;
    void pack_backward(const float* weight, float* packed) const override;
    void input_gradient(const float* packed, const float* gradient, std::int64_t images, bool accumulate, float* dx,
                        float* work, Prefetch* prefetch) const override;
    std::int64_t sums_size() const override;
    void weight_gradient(const float* input, const float* gradient, std::int64_t images, bool accumulate, float* sums,
                         float* work, Prefetch* prefetch) const override;
    void finish_weight_gradient(const float* sums, float* gradient) const override;
    bool sums_are_gradients() const override { return false; }

   private:
    /// One convolution of canvases: forward, or the input gradient.
    struct Pass {
        TileGrid from;
        TileGrid to;
        TileOutput output;
        const float* weights;
        Prefetch* prefetch;
    };
    void convolve(const Pass& pass, const float* canvases, std::int64_t images, float* result, float* work) const;

    std::int64_t m_images_per_block;
    std::int64_t m_tiles_per_chunk;  ///< transformed tiles that stay in the second cache
};

}  // namespace normscope::kernels
