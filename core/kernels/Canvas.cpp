#include "core/kernels/Canvas.h"

#include <algorithm>

namespace normscope::kernels {

void Canvas::clear_border(std::int64_t h, std::int64_t w, float* canvas) const {
    // The rest of one row and the beginning of the next are contiguous.
    const std::int64_t image_row = w * channels, between = row_step() - image_row;
    std::fill_n(canvas, origin(), 0.0F);
    float* end_of_row = canvas + origin() + image_row;
    for (std::int64_t row = 0; row + 1 < h; ++row, end_of_row += row_step()) std::fill_n(end_of_row, between, 0.0F);
    std::fill(end_of_row, canvas + size(), 0.0F);
}

void Canvas::fill(const float* image, std::int64_t h, std::int64_t w, float* canvas) const {
    clear_border(h, w, canvas);
    float* row = canvas + origin();
    for (std::int64_t i = 0; i < h; ++i, row += row_step(), image += w * channels) {
        std::copy_n(image, w * channels, row);
    }
}

}  // namespace normscope::kernels
