// Images kept in memory as bytes, as MNIST-like sets are.
#pragma once

#include "core/train/Dataset.h"

#include <cstddef>

namespace normscope::datasets {

/// Sizes of an array of images (N, H, W, C).
struct ImageArrayShape {
    std::int64_t count = 0;
    std::int64_t height = 0;
    std::int64_t width = 0;
    std::int64_t channels = 1;
};

/// Owns N × H × W × C bytes, 0 … 255, and N labels. A pixel is its byte / 255.
class ImageArrayDataset final : public Dataset {
   public:
    /// Throws std::invalid_argument if sizes disagree or a label names no class.
    ImageArrayDataset(std::string name, const ImageArrayShape& shape, std::vector<std::byte> pixels,
                      std::vector<std::byte> labels, std::vector<std::string> class_names);

    std::int64_t size() const override { return m_shape.count; }
    std::int64_t height() const override { return m_shape.height; }
    std::int64_t width() const override { return m_shape.width; }
    std::int64_t channels() const override { return m_shape.channels; }

    /// Throws std::out_of_range for a wrong index and std::invalid_argument for a span of the wrong size.
    void read_image(std::int64_t index, std::span<float> pixels) const override;
    std::int64_t label(std::int64_t index) const override;
    const std::vector<std::string>& class_names() const override { return m_class_names; }
    const std::string& name() const override { return m_name; }

   private:
    std::string m_name;
    ImageArrayShape m_shape;
    std::size_t m_image_bytes = 0;
    std::vector<std::byte> m_pixels;
    std::vector<std::byte> m_labels;
    std::vector<std::string> m_class_names;
};

}  // namespace normscope::datasets
