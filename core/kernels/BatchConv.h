// Convolution of a whole batch, on all threads.
#pragma once

#include "core/kernels/ConvAlgorithm.h"
#include "core/parallel/ThreadPool.h"

#include <memory>
#include <span>

namespace normscope::kernels {

enum class ConvMethod {
    direct,    ///< any geometry
    winograd,  ///< F(4×4, 3×3) where it applies, else direct: fewer multiplications, rounding ten times larger
};

/// Whether Winograd's algorithm exists for this geometry: 3×3, stride 1.
bool winograd_applies(const ConvShape& shape);

std::unique_ptr<ConvAlgorithm> make_conv_algorithm(const ConvShape& shape, ConvMethod method);

/// Forward and backward passes over batches of one geometry. Tensors are contiguous NHWC, weights HWIO.
/// The same bits with any number of threads: images belong to fixed groups, whose partial sums are
/// merged in order.
class BatchConv {
   public:
    BatchConv(const ConvShape& shape, ConvMethod method);

    const ConvShape& shape() const { return m_shape; }

    /// Floats of scratch that the passes need; on a cache line. Its contents need not survive between them.
    std::size_t scratch_size(int threads) const;

    /// y = x ∗ weight + bias; bias may be null.
    void forward(const float* x, const float* weight, const float* bias, float* y, std::span<float> scratch,
                 ThreadPool& pool) const;

    /// Gradients of a loss, given dy = ∂L/∂y. Pointers may be null for what is not wanted: dx, dweight, dbias.
    struct Gradients {
        float* dx = nullptr;
        float* dweight = nullptr;
        float* dbias = nullptr;
    };
    void backward(const float* x, const float* weight, const float* dy, const Gradients& gradients,
                  std::span<float> scratch, ThreadPool& pool) const;

   private:
    std::int64_t canvases_size() const;
    /// Canvases of `images` images from the first one on; or these themselves.
    const float* lay_out(const float* x, std::int64_t first, std::int64_t images, float* canvases) const;
    /// Partial sums of a group: the weights', behind them the bias's.
    std::int64_t partials_size() const;
    /// Where the bias's begin.
    std::int64_t bias_offset() const;
    void merge(const Gradients& gradients, float* partials, ThreadPool& pool) const;

    ConvShape m_shape;
    std::unique_ptr<ConvAlgorithm> m_algorithm;
};

}  // namespace normscope::kernels
