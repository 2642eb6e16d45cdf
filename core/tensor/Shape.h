// Shape of a batch of feature maps.
#pragma once

#include <cstdint>
#include <string>

namespace normscope {

/// (N, H, W, C): images, height, width, channels. A batch of vectors is (N, 1, 1, C).
struct Shape {
    std::int64_t n = 0;
    std::int64_t h = 0;
    std::int64_t w = 0;
    std::int64_t c = 0;

    /// Values per channel over the whole batch.
    std::int64_t pixels() const { return n * h * w; }
    /// Values of one image.
    std::int64_t image_size() const { return h * w * c; }
    std::int64_t size() const { return pixels() * c; }

    friend bool operator==(const Shape&, const Shape&) = default;
};

/// As PyTorch prints it, in NCHW order: "[64, 16, 28, 28]", or "[64, 16]" for vectors.
inline std::string to_string(const Shape& shape) {
    std::string text("[");
    text += std::to_string(shape.n) + ", " + std::to_string(shape.c);
    if (shape.h != 1 || shape.w != 1) text += ", " + std::to_string(shape.h) + ", " + std::to_string(shape.w);
    return text + "]";
}

}  // namespace normscope
