// Feature maps of any size to maps of one size.
#pragma once

#include "core/nn/AveragePool.h"

namespace normscope::nn {

/// (N, H, W, C) → (N, height, width, C): output i of h is the mean over the input rows ⌊i·H/h⌋ … ⌈(i+1)·H/h⌉ − 1, and
/// columns likewise, as torch.nn.AdaptiveAvgPool2d. Windows may overlap, and repeat pixels where H < h.
template <class S>
class AdaptiveAvgPool2d : public AveragePool<S> {
   public:
    /// Throws InputError unless both are at least 1.
    AdaptiveAvgPool2d(std::int64_t height, std::int64_t width);

    std::string kind() const override { return "AdaptiveAvgPool2d"; }
    std::string detail() const override;
    /// Throws ShapeError for maps without pixels.
    Shape output_shape(const Shape& input) const override;
    std::unique_ptr<Module<S>> clone() const override { return std::make_unique<AdaptiveAvgPool2d>(m_height, m_width); }

    std::int64_t height() const { return m_height; }
    std::int64_t width() const { return m_width; }
    /// The pixels that output i of `count` is the mean of, along a side of `size` pixels.
    static WorkRange window_of(std::int64_t i, std::int64_t count, std::int64_t size);

   protected:
    WorkRange window(std::int64_t i, std::int64_t count, std::int64_t size) const override {
        return window_of(i, count, size);
    }
    double divisor(std::int64_t pixels) const override { return static_cast<double>(pixels); }

   private:
    std::int64_t m_height;
    std::int64_t m_width;
};

}  // namespace normscope::nn
