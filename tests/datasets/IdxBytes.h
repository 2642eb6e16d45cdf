// For tests: IDX and gzip files made by hand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace normscope::testing {

/// The header of an IDX file.
inline std::string idx_header(const std::vector<std::uint32_t>& dims, char type = '\x08') {
    std::string bytes{'\0', '\0', type, static_cast<char>(dims.size())};
    for (const std::uint32_t dim : dims) {
        for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(dim >> shift);
    }
    return bytes;
}

/// `count` images of height × width whose bytes count up.
inline std::string idx_images(std::uint32_t count, std::uint32_t height = 3, std::uint32_t width = 2) {
    std::string bytes = idx_header({count, height, width});
    for (std::uint32_t i = 0; i < count * height * width; ++i) bytes += static_cast<char>(i);
    return bytes;
}

inline std::string idx_labels(const std::vector<int>& labels) {
    std::string bytes = idx_header({static_cast<std::uint32_t>(labels.size())});
    for (const int label : labels) bytes += static_cast<char>(label);
    return bytes;
}

}  // namespace normscope::testing
