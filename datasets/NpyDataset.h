// Images in a NumPy array, kept as the file has them.
#pragma once

#include "core/io/NpyReader.h"
#include "core/train/Dataset.h"

#include <array>
#include <cstddef>

namespace normscope::datasets {

/// Where the images of an array are: its dimensions in the order (N, H, W, C), and the bytes from one value to the next
/// along each of them.
struct NpyLayout {
    std::array<std::int64_t, 4> dims{};
    std::array<std::int64_t, 4> strides{};
};

/// How the images lie in an array that is not empty. Three dimensions are (N, H, W). Four are (N, C, H, W), as PyTorch
/// has them; or (N, H, W, C) if only that makes sense: the last one is at most 4, the two before it are larger.
/// Throws InputError naming `file_name`: another number of dimensions, more than max_npy_channels channels, no image.
NpyLayout npy_layout(const io::NpyHeader& header, std::string_view file_name);

inline constexpr std::int64_t max_npy_channels = 64;

/// Owns the bytes of an .npy file and the labels. A pixel is byte / 255 or, of floats, the number as it stands: any
/// value, NaN included.
class NpyDataset final : public Dataset {
   public:
    /// `file` is a whole file with this header. Throws std::invalid_argument if sizes disagree, a label has no class
    /// or the type is not one of images.
    NpyDataset(std::string name, std::vector<std::byte> file, const io::NpyHeader& header, const NpyLayout& layout,
               std::vector<std::int32_t> labels, std::vector<std::string> class_names);

    std::int64_t size() const override { return m_layout.dims[0]; }
    std::int64_t height() const override { return m_layout.dims[1]; }
    std::int64_t width() const override { return m_layout.dims[2]; }
    std::int64_t channels() const override { return m_layout.dims[3]; }

    /// Throws std::out_of_range for a wrong index and std::invalid_argument for a span of the wrong size.
    void read_image(std::int64_t index, std::span<float> pixels) const override;
    std::int64_t label(std::int64_t index) const override;
    const std::vector<std::string>& class_names() const override { return m_class_names; }
    const std::string& name() const override { return m_name; }

   private:
    template <class ToFloat>
    void copy_image(const std::byte* image, std::span<float> pixels, const ToFloat& to_float) const;

    std::string m_name;
    std::vector<std::byte> m_file;
    std::size_t m_header_size;
    io::NpyType m_type;
    NpyLayout m_layout;
    std::vector<std::int32_t> m_labels;
    std::vector<std::string> m_class_names;
};

}  // namespace normscope::datasets
