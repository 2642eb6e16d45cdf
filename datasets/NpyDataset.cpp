#include "datasets/NpyDataset.h"

#include "core/Error.h"
#include "core/io/CheckedMath.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace normscope::datasets {
namespace {

constexpr std::int64_t most_last_channels = 4;

std::string text_of(const std::vector<std::int64_t>& dims) {
    std::string text;
    for (const auto dim : dims) text += (text.empty() ? "" : " × ") + std::to_string(dim);
    return text.empty() ? "a single value" : "an array of " + text;
}

bool is_image_type(const io::NpyType& type) {
    return type.kind == io::NpyKind::floating || (type.kind == io::NpyKind::unsigned_integer && type.size == 1);
}

}  // namespace

NpyLayout npy_layout(const io::NpyHeader& header, std::string_view file_name) {
    const auto& dims = header.dims;
    if (dims.size() != 3 && dims.size() != 4) {
        throw InputError(std::string(file_name) + " holds " + text_of(dims) +
                         ", not images: number × height × width or number × channels × height × width.");
    }
    if (header.file_size == header.header_size) {
        throw InputError(std::string(file_name) + " holds no images (" + text_of(dims) + ").");
    }
    const auto strides = io::npy_strides(header);
    const auto in_order = [&](std::size_t h, std::size_t w, std::size_t c) {
        const bool grey = dims.size() == 3;
        return NpyLayout{{dims[0], dims[h], dims[w], grey ? 1 : dims[c]},
                         {strides[0], strides[h], strides[w], grey ? 0 : strides[c]}};
    };
    if (dims.size() == 3) return in_order(1, 2, 0);
    const bool channels_last =
        dims[3] <= most_last_channels && dims[1] > most_last_channels && dims[2] > most_last_channels;
    const NpyLayout layout = channels_last ? in_order(1, 2, 3) : in_order(2, 3, 1);
    if (layout.dims[3] > max_npy_channels) {
        throw InputError(std::string(file_name) + " holds " + text_of(dims) + ", which means " +
                         std::to_string(layout.dims[3]) +
                         " channels (number × channels × height × width), and at most " +
                         std::to_string(max_npy_channels) + " are read.");
    }
    return layout;
}

NpyDataset::NpyDataset(std::string name, std::vector<std::byte> file, const io::NpyHeader& header,
                       const NpyLayout& layout, std::vector<std::int32_t> labels, std::vector<std::string> class_names)
    : m_name(std::move(name)),
      m_file(std::move(file)),
      m_header_size(header.header_size),
      m_type(header.type),
      m_layout(layout),
      m_labels(std::move(labels)),
      m_class_names(std::move(class_names)) {
    const auto values = io::checked_element_count(layout.dims);
    if (!values || *values == 0 || m_file.size() != header.file_size ||
        *values * m_type.size != header.file_size - header.header_size ||
        m_labels.size() != static_cast<std::size_t>(layout.dims[0]) || !is_image_type(m_type)) {
        throw std::invalid_argument("sizes of images and labels disagree in " + m_name);
    }
    const auto has_class = [&](std::int32_t label) {
        return label >= 0 && static_cast<std::size_t>(label) < m_class_names.size();
    };
    if (!std::all_of(m_labels.begin(), m_labels.end(), has_class)) {
        throw std::invalid_argument("a label has no class in " + m_name);
    }
}

template <class ToFloat>
void NpyDataset::copy_image(const std::byte* image, std::span<float> pixels, const ToFloat& to_float) const {
    const auto [count, height, width, channels] = m_layout.dims;
    const auto& strides = m_layout.strides;
    auto target = pixels.begin();
    for (std::int64_t y = 0; y < height; ++y) {
        for (std::int64_t x = 0; x < width; ++x) {
            const std::byte* value = image + y * strides[1] + x * strides[2];
            for (std::int64_t c = 0; c < channels; ++c) *target++ = to_float(value + c * strides[3]);
        }
    }
}

void NpyDataset::read_image(std::int64_t index, std::span<float> pixels) const {
    if (index < 0 || index >= size()) throw std::out_of_range("image index in " + m_name);
    if (pixels.size() != static_cast<std::size_t>(height() * width() * channels())) {
        throw std::invalid_argument("wrong room for an image of " + m_name);
    }
    const std::byte* image = m_file.data() + m_header_size + index * m_layout.strides[0];
    if (m_type.kind == io::NpyKind::floating) {
        copy_image(image, pixels,
                   [this](const std::byte* value) { return static_cast<float>(io::npy_number(value, m_type)); });
    } else {
        copy_image(image, pixels,
                   [](const std::byte* value) { return static_cast<float>(std::to_integer<int>(*value)) / 255.0F; });
    }
}

std::int64_t NpyDataset::label(std::int64_t index) const {
    if (index < 0 || index >= size()) throw std::out_of_range("image index in " + m_name);
    return m_labels[static_cast<std::size_t>(index)];
}

}  // namespace normscope::datasets
