// For tests and measurements: a folder such as people bring, pictures of many formats and sizes, some of them broken.
#pragma once

#include "core/random/RandomStream.h"
#include "tests/datasets/PictureBytes.h"

#include <opencv2/imgproc.hpp>

#include <array>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

namespace normscope::testing {

/// What is wrong with a broken file, by turns.
enum class Breakage { cut, garbage, empty, wrong_format, bomb };
inline constexpr std::int64_t breakages = 5;

struct MixedPictures {
    std::int64_t good = 0;
    std::int64_t broken = 0;
};

/// A scene that tells its class (one of two): a sky over a ground that is bright or dark, noise over both.
inline cv::Mat scene(std::int64_t number, bool bright) {
    RandomStream random(11, "scene", static_cast<std::uint64_t>(number));
    const auto side = [&](int least, int span) {
        return least + static_cast<int>(random.uniform() * static_cast<float>(span));
    };
    cv::Mat picture(side(24, 300), side(24, 400), CV_8UC3, cv::Scalar(200, 120, 60));
    picture.rowRange(picture.rows / 2, picture.rows).setTo(bright ? cv::Scalar(90, 220, 200) : cv::Scalar(20, 50, 40));
    cv::Mat noise(picture.size(), CV_8UC3);
    cv::RNG(static_cast<std::uint64_t>(number) + 1).fill(noise, cv::RNG::UNIFORM, 0, 40);
    picture += noise;
    return picture;
}

/// The number-th picture as a file, in one format after the other.
inline std::string picture_file(std::int64_t number, bool bright, std::string& extension) {
    const cv::Mat picture = scene(number, bright);
    cv::Mat changed;
    constexpr std::int64_t kinds = 9;
    switch (number / 2 % kinds) {
        case 0: extension = ".jpg"; return encoded(picture, ".jpg");
        case 1: extension = ".JPEG"; return encoded(picture, ".jpg", {cv::IMWRITE_JPEG_PROGRESSIVE, 1});
        case 2: extension = ".jpg"; return with_exif(encoded(picture, ".jpg"), 1 + static_cast<int>(number % 8));
        case 3: extension = ".png"; return encoded(picture, ".png");
        case 4:
            extension = ".png";
            picture.convertTo(changed, CV_16U, 257);
            return encoded(changed, ".png");
        case 5:
            extension = ".png";
            cv::cvtColor(picture, changed, cv::COLOR_BGR2BGRA);
            return encoded(changed, ".png");
        case 6: extension = ".webp"; return encoded(picture, ".webp");
        case 7: extension = ".bmp"; return encoded(picture, ".bmp");
        default:
            extension = ".pgm";
            cv::cvtColor(picture, changed, cv::COLOR_BGR2GRAY);
            return encoded(changed, ".pgm");
    }
}

inline std::string broken_file(std::string file, Breakage breakage) {
    switch (breakage) {
        case Breakage::cut: return file.substr(0, file.size() / 2);
        case Breakage::garbage: return "\xFF\xD8" + std::string(3000, 'g');
        case Breakage::empty: return {};
        case Breakage::wrong_format: return "%PDF-1.7 not a picture at all";
        default: return png_of(60000, 60000, "x");
    }
}

/// Writes `count` files into folder/bright and folder/dark; every twentieth is broken.
inline MixedPictures write_mixed_pictures(const std::filesystem::path& folder, std::int64_t count) {
    constexpr std::int64_t one_in = 20;
    MixedPictures written;
    for (std::int64_t i = 0; i < count; ++i) {
        const bool bright = i % 2 == 0;
        const bool breaks = i % one_in == one_in - 1;
        std::string extension;
        std::string file = picture_file(i, bright, extension);
        if (breaks) file = broken_file(std::move(file), static_cast<Breakage>(written.broken % breakages));
        ++(breaks ? written.broken : written.good);
        const auto into = folder / (bright ? "bright" : "dark");
        std::filesystem::create_directories(into);
        std::array<char, 32> name{};
        std::snprintf(name.data(), name.size(), "%s%05d", breaks ? "broken " : "photo ", static_cast<int>(i));
        std::ofstream(into / (name.data() + extension), std::ios::binary)
            .write(file.data(), static_cast<std::streamsize>(file.size()));
    }
    return written;
}

}  // namespace normscope::testing
