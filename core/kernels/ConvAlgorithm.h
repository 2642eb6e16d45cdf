// What the batch needs of a way to convolve; images one block at a time.
#pragma once

#include "core/kernels/Canvas.h"
#include "core/kernels/ConvShape.h"
#include "core/kernels/Prefetch.h"

#include <cstdint>

namespace normscope::kernels {

/// A way to convolve images of one geometry. Has no state that a pass changes: all memory is the
/// caller's, so that every thread can use it at the same time. Sizes are in floats; memory starts on
/// a cache line.
///
/// Images come in blocks of up to images_per_block() canvases, one behind the other: of x with
/// input_canvas(), of ∂L/∂y with gradient_canvas(). While a block is computed, `prefetch` (may be null) is worked off.
class ConvAlgorithm {
   public:
    virtual ~ConvAlgorithm() = default;
    ConvAlgorithm& operator=(const ConvAlgorithm&) = delete;

    const ConvShape& shape() const { return m_shape; }
    const Canvas& input_canvas() const { return m_input_canvas; }
    const Canvas& gradient_canvas() const { return m_gradient_canvas; }
    virtual std::int64_t images_per_block() const = 0;
    /// Whether images of x can be given as they are instead of input_canvas()es, which saves a copy.
    bool takes_images() const { return images_per_block() == 1 && m_input_canvas.is_image(m_shape.h, m_shape.w); }

    /// Memory for a thread's intermediate results.
    virtual std::int64_t work_size() const = 0;

    /// Weights and bias (may be null) brought into the order that forward() wants.
    virtual std::int64_t packed_forward_size() const = 0;
    virtual void pack_forward(const float* weight, const float* bias, float* packed) const = 0;
    /// y of `images` images, contiguous.
    virtual void forward(const float* packed, const float* input, std::int64_t images, float* y, float* work,
                         Prefetch* prefetch) const = 0;

    virtual std::int64_t packed_backward_size() const = 0;
    virtual void pack_backward(const float* weight, float* packed) const = 0;
    /// ∂L/∂x of `images` images, contiguous; added to what is there if `accumulate`.
    virtual void input_gradient(const float* packed, const float* gradient, std::int64_t images, bool accumulate,
                                float* dx, float* work, Prefetch* prefetch) const = 0;

    /// A sum of ∂L/∂weight over images, in a form of the algorithm's own. The first images set it, the next ones are
    /// added.
    virtual std::int64_t sums_size() const = 0;
    virtual void weight_gradient(const float* input, const float* gradient, std::int64_t images, bool accumulate,
                                 float* sums, float* work, Prefetch* prefetch) const = 0;
    /// Turns such a sum into weight_count() values in the weights' order.
    virtual void finish_weight_gradient(const float* sums, float* gradient) const = 0;
    /// Whether sums have that form already: then the sum can be made in place, without finishing it.
    virtual bool sums_are_gradients() const = 0;

   protected:
    explicit ConvAlgorithm(const ConvShape& shape) : m_shape(shape) {}
    ConvAlgorithm(const ConvAlgorithm&) = default;

    ConvShape m_shape;
    Canvas m_input_canvas;
    Canvas m_gradient_canvas;
};

}  // namespace normscope::kernels
