// Where the square windows of a pooling layer lie.
#pragma once

#include "core/nn/Module.h"

#include <algorithm>

namespace normscope::nn {

/// Options of torch.nn.MaxPool2d and AvgPool2d.
struct PoolOptions {
    std::int64_t kernel = 2;
    std::int64_t stride = 0;   ///< 0: the kernel
    std::int64_t padding = 0;  ///< on all sides; at most half of the kernel
};

/// Windows of `kernel` pixels every `stride` pixels, beginning `padding` before the image; what does not fill a window
/// is left out.
class PoolWindows {
   public:
    /// `kind` begins the messages. Throws InputError for options PyTorch refuses.
    PoolWindows(std::string kind, const PoolOptions& options);

    std::string detail() const;
    /// Throws ShapeError if not even one window fits.
    Shape output_shape(const Shape& input) const;
    /// The pixels of window i of a side of `size` pixels that lie inside the image.
    WorkRange inside(std::int64_t i, std::int64_t size) const {
        const auto begin = i * m_options.stride - m_options.padding;
        return {std::max<std::int64_t>(begin, 0), std::min(begin + m_options.kernel, size)};
    }
    /// With the stride filled in.
    const PoolOptions& options() const { return m_options; }

   private:
    std::string m_kind;
    PoolOptions m_options;
};

}  // namespace normscope::nn
