#include "datasets/ImageArrayDataset.h"

#include "core/io/CheckedMath.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace normscope::datasets {
namespace {

constexpr auto pixel_of_byte = [] {
    std::array<float, 256> table{};
    for (std::size_t i = 0; i < table.size(); ++i) table[i] = static_cast<float>(i) / 255.0F;
    return table;
}();

}  // namespace

ImageArrayDataset::ImageArrayDataset(std::string name, const ImageArrayShape& shape, std::vector<std::byte> pixels,
                                     std::vector<std::byte> labels, std::vector<std::string> class_names)
    : m_name(std::move(name)),
      m_shape(shape),
      m_pixels(std::move(pixels)),
      m_labels(std::move(labels)),
      m_class_names(std::move(class_names)) {
    const std::array dims{shape.count, shape.height, shape.width, shape.channels};
    const auto bytes = io::checked_element_count(dims);
    if (!bytes || *bytes == 0 || *bytes != m_pixels.size() ||
        m_labels.size() != static_cast<std::size_t>(shape.count)) {
        throw std::invalid_argument("sizes of images and labels disagree in " + m_name);
    }
    const auto has_class = [&](std::byte label) { return std::to_integer<std::size_t>(label) < m_class_names.size(); };
    if (!std::all_of(m_labels.begin(), m_labels.end(), has_class)) {
        throw std::invalid_argument("a label has no class in " + m_name);
    }
    m_image_bytes = m_pixels.size() / m_labels.size();
}

void ImageArrayDataset::read_image(std::int64_t index, std::span<float> pixels) const {
    if (index < 0 || index >= m_shape.count) throw std::out_of_range("image index in " + m_name);
    if (pixels.size() != m_image_bytes) throw std::invalid_argument("wrong room for an image of " + m_name);
    const auto image = std::span(m_pixels).subspan(static_cast<std::size_t>(index) * m_image_bytes, m_image_bytes);
    std::transform(image.begin(), image.end(), pixels.begin(),
                   [](std::byte byte) { return pixel_of_byte[std::to_integer<std::size_t>(byte)]; });
}

std::int64_t ImageArrayDataset::label(std::int64_t index) const {
    if (index < 0 || index >= m_shape.count) throw std::out_of_range("image index in " + m_name);
    return std::to_integer<std::int64_t>(m_labels[static_cast<std::size_t>(index)]);
}

}  // namespace normscope::datasets
