#include "datasets/ImageDecoder.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <string>

namespace normscope::datasets {
namespace {

constexpr std::uint64_t large_picture = 16ULL << 20;  // bytes of memory; of these only one is decoded at a time
constexpr std::uint32_t most_side = 65535;

std::mutex& large_picture_turn() {
    static std::mutex turn;
    return turn;
}

/// Failures come back to the caller; OpenCV need not print them as well, nor start threads of its own.
void prepare_opencv() {
    static std::once_flag once;
    std::call_once(once, [] {
        cv::redirectError([](int, const char*, const char*, const char*, int, void*) { return 0; });
        cv::setNumThreads(1);
    });
}

/// By how much a JPEG is decoded smaller.
std::uint32_t reduction(const ImageHeader& header, const ImageTarget& target) {
    if (header.format != ImageFormat::jpeg) return 1;
    const auto smaller = static_cast<std::int64_t>(std::min(header.width, header.height));
    std::uint32_t factor = 1;
    while (factor < 8 && smaller / (2 * factor) >= target.size) factor *= 2;
    return factor;
}

int decoder_flags(const ImageHeader& header, std::uint32_t factor) {
    switch (header.format) {
        case ImageFormat::jpeg:
            return cv::IMREAD_IGNORE_ORIENTATION | (factor == 1   ? cv::IMREAD_COLOR
                                                    : factor == 2 ? cv::IMREAD_REDUCED_COLOR_2
                                                    : factor == 4 ? cv::IMREAD_REDUCED_COLOR_4
                                                                  : cv::IMREAD_REDUCED_COLOR_8);
        // The fourth byte of a BMP's pixels is seldom meant as alpha.
        case ImageFormat::bmp: return cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION;
        default: return cv::IMREAD_UNCHANGED;
    }
}

cv::Mat decode(std::span<const std::byte> file, const ImageHeader& header, std::uint32_t factor) {
    // OpenCV reads the bytes only; its interface has no const.
    const cv::Mat bytes(1, static_cast<int>(file.size()), CV_8UC1, const_cast<std::byte*>(file.data()));
    cv::Mat picture;
    try {
        picture = cv::imdecode(bytes, decoder_flags(header, factor));
    } catch (const cv::Exception& error) {
        throw UnreadableImage(error.code == cv::Error::StsNoMem ? "there is not enough memory to decode it"
                                                                : "it is damaged; it cannot be decoded");
    }
    if (picture.empty()) throw UnreadableImage("it is damaged; it cannot be decoded");
    const auto reduced = [&](std::uint32_t side) { return static_cast<int>((side + factor - 1) / factor); };
    if (picture.cols != reduced(header.width) || picture.rows != reduced(header.height)) {
        throw UnreadableImage("it is damaged; its picture has another size than its header says");
    }
    return picture;
}

/// Puts the picture on white, in its own memory; the fourth channel stays and means nothing any more.
template <class Value>
void show_on_white(cv::Mat& picture, double white) {
    using Pixel = cv::Vec<Value, 4>;
    picture.forEach<Pixel>([white](Pixel& pixel, const int*) {
        const double opaque = pixel[3] / white;
        for (int c = 0; c < 3; ++c) pixel[c] = cv::saturate_cast<Value>(pixel[c] * opaque + white * (1 - opaque));
    });
}

cv::Mat resized(const cv::Mat& picture, const ImageTarget& target) {
    cv::Mat part = picture;
    if (target.fit == ImageFit::crop) {
        const int side = std::min(picture.cols, picture.rows);
        part = picture({(picture.cols - side) / 2, (picture.rows - side) / 2, side, side});
    }
    const auto size = static_cast<int>(target.size);
    const bool shrinks = part.cols >= size && part.rows >= size;
    cv::Mat result;
    cv::resize(part, result, {size, size}, 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
    return result;
}

cv::Mat in_colours(const cv::Mat& picture, bool grey) {
    const int channels = picture.channels();
    cv::Mat result;
    if (channels == 1 && grey) return picture;
    if (channels == 1) {
        cv::cvtColor(picture, result, cv::COLOR_GRAY2RGB);
    } else if (channels == 3) {
        cv::cvtColor(picture, result, grey ? cv::COLOR_BGR2GRAY : cv::COLOR_BGR2RGB);
    } else {
        cv::cvtColor(picture, result, grey ? cv::COLOR_BGRA2GRAY : cv::COLOR_BGRA2RGB);
    }
    return result;
}

/// Turns what is stored to what is meant (TIFF 6.0: orientation 2 is mirrored, 3 upside down, 6 lies on its left …).
cv::Mat upright(cv::Mat picture, int orientation) {
    if (orientation >= 5) cv::transpose(picture, picture);
    switch (orientation) {
        case 2:
        case 6: cv::flip(picture, picture, 1); break;
        case 3:
        case 7: cv::flip(picture, picture, -1); break;
        case 4:
        case 8: cv::flip(picture, picture, 0); break;
        default: break;
    }
    return picture;
}

cv::Mat converted(cv::Mat picture, const ImageHeader& header, const ImageTarget& target) {
    const int depth = picture.depth();
    if ((depth != CV_8U && depth != CV_16U) || picture.channels() == 2 || picture.channels() > 4) {
        throw UnreadableImage("its kind of pixels is not read");
    }
    if (picture.channels() == 4) {
        if (depth == CV_8U) {
            show_on_white<std::uint8_t>(picture, 255);
        } else {
            show_on_white<std::uint16_t>(picture, 65535);
        }
    }
    picture = resized(picture, target);
    const double white = depth == CV_8U ? std::min(header.max_value, 255U) : header.max_value;
    if (white != 255) picture.convertTo(picture, CV_8U, 255 / white);
    return upright(in_colours(picture, target.grey), header.orientation);
}

void check_size(const ImageHeader& header, std::uint64_t memory, std::uint64_t file_bytes) {
    const std::string size = std::to_string(header.width) + " × " + std::to_string(header.height) + " pixels";
    if (header.width > most_side || header.height > most_side) {
        throw UnreadableImage("its header announces " + size + ", more than any picture that is read");
    }
    if (memory > decoding_limit(file_bytes)) {
        throw UnreadableImage("its header announces " + size + ", which would take " + std::to_string(memory >> 20) +
                              " MiB to decode; a file of this size gets " +
                              std::to_string(decoding_limit(file_bytes) >> 20) + " MiB at most");
    }
}

}  // namespace

std::uint64_t decoding_memory(const ImageHeader& header, const ImageTarget& target) {
    const std::uint64_t pixels = std::uint64_t{header.width} * header.height;  // < 2^62
    const std::uint64_t factor = reduction(header, target);
    if (pixels > UINT64_MAX / 32) return UINT64_MAX;
    // Coefficients have two bytes.
    const std::uint64_t coefficients = header.progressive ? pixels * header.bytes_per_pixel * 2 : 0;
    return pixels / (factor * factor) * header.bytes_per_pixel + coefficients;
}

void decode_image(std::span<const std::byte> file, const ImageTarget& target, std::span<std::byte> pixels) {
    if (pixels.size() != target.bytes()) throw std::invalid_argument("wrong room for a decoded picture");
    prepare_opencv();
    const ImageHeader header = read_image_header(file);
    const std::uint64_t memory = decoding_memory(header, target);
    check_size(header, memory, file.size());
    std::unique_lock<std::mutex> turn;
    if (memory > large_picture) turn = std::unique_lock(large_picture_turn());
    const cv::Mat picture = converted(decode(file, header, reduction(header, target)), header, target);
    if (!picture.isContinuous() || picture.total() * picture.elemSize() != pixels.size()) {
        throw UnreadableImage("it cannot be converted");
    }
    std::memcpy(pixels.data(), picture.data, pixels.size());
}

}  // namespace normscope::datasets
