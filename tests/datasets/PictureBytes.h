// For tests: picture files, good and bad.
#pragma once

#include <opencv2/imgcodecs.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include <zlib.h>

namespace normscope::testing {

/// A file of `extension` (".png") as OpenCV writes it.
inline std::string encoded(const cv::Mat& picture, const char* extension, const std::vector<int>& options = {}) {
    std::vector<unsigned char> bytes;
    cv::imencode(extension, picture, bytes, options);
    return {bytes.begin(), bytes.end()};
}

/// Left half red, right half blue (OpenCV has blue first).
inline cv::Mat red_and_blue(int width = 16, int height = 16) {
    cv::Mat picture(height, width, CV_8UC3, cv::Scalar(0, 0, 255));
    picture.colRange(width / 2, width).setTo(cv::Scalar(255, 0, 0));
    return picture;
}

inline std::string big_endian_bytes(std::uint32_t value, int count = 4) {
    std::string bytes;
    for (int shift = 8 * (count - 1); shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
    return bytes;
}

inline std::string little_endian_bytes(std::uint32_t value, int count = 4) {
    const std::string bytes = big_endian_bytes(value, count);
    return {bytes.rbegin(), bytes.rend()};
}

inline std::string png_chunk(const std::string& type, const std::string& data) {
    const std::string body = type + data;
    const auto crc = crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
    return big_endian_bytes(static_cast<std::uint32_t>(data.size())) + body +
           big_endian_bytes(static_cast<std::uint32_t>(crc));
}

/// A PNG of 8-bit RGB whose header announces width × height and whose data are `data`.
inline std::string png_of(std::uint32_t width, std::uint32_t height, const std::string& data,
                          const std::string& before_data = "") {
    const std::string header = big_endian_bytes(width) + big_endian_bytes(height) + std::string("\x08\x02\0\0\0", 5);
    return "\x89PNG\r\n\x1a\n" + png_chunk("IHDR", header) + before_data + png_chunk("IDAT", data) +
           png_chunk("IEND", "");
}

/// EXIF data that holds nothing but an orientation.
inline std::string exif_data(int orientation, bool little = true) {
    const auto number = [&](std::uint32_t value, int count) {
        return little ? little_endian_bytes(value, count) : big_endian_bytes(value, count);
    };
    return std::string(little ? "II" : "MM") + number(42, 2) + number(8, 4) + number(1, 2) + number(0x0112, 2) +
           number(3, 2) + number(1, 4) + number(static_cast<std::uint32_t>(orientation), 2) + number(0, 2) +
           number(0, 4);
}

/// A JPEG with an EXIF segment put behind its first marker.
inline std::string with_exif(const std::string& jpeg, int orientation, bool little = true) {
    const std::string data = std::string("Exif\0\0", 6) + exif_data(orientation, little);
    return jpeg.substr(0, 2) + "\xFF\xE1" + big_endian_bytes(static_cast<std::uint32_t>(data.size() + 2), 2) + data +
           jpeg.substr(2);
}

}  // namespace normscope::testing
