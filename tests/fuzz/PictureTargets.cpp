#include "core/io/ReadFile.h"
#include "datasets/Exif.h"
#include "datasets/ImageDecoder.h"
#include "tests/datasets/PictureBytes.h"
#include "tests/fuzz/Expectations.h"
#include "tests/fuzz/TargetFunctions.h"

#include <algorithm>
#include <filesystem>

namespace normscope::testing {
namespace {

/// As accepted(), for the words of datasets::UnreadableImage, which a sentence goes on with.
template <class Action>
bool readable(Action&& action) {
    try {
        action();
        return true;
    } catch (const datasets::UnreadableImage& error) {
        require_sentence(std::string(error.what()) + '.');
        return false;
    }
}

std::string raw_pnm(int kind, const std::string& max_value, std::size_t bytes) {
    return "P" + std::to_string(kind) + "\n# made by hand\n4 3\n" + max_value + std::string(bytes, 'x');
}

}  // namespace

void run_exif(Bytes bytes) {
    const int orientation = datasets::exif_orientation(bytes);
    require(orientation >= 1 && orientation <= 8, "an orientation that does not exist");
}

void run_picture_header(Bytes bytes) {
    readable([&] {
        const auto header = datasets::read_image_header(bytes);
        require(header.width > 0 && header.height > 0, "a picture without pixels");
        require(header.orientation >= 1 && header.orientation <= 8, "an orientation that does not exist");
        require(header.max_value > 0 && header.max_value <= 65535, "no white");
        datasets::decoding_memory(header, {});
    });
}

void run_picture(Bytes bytes) {
    datasets::ImageTarget target{.size = 8};
    target.fit = bytes.size() % 2 == 0 ? datasets::ImageFit::crop : datasets::ImageFit::stretch;
    target.grey = bytes.size() / 2 % 2 == 1;
    std::vector<std::byte> pixels(target.bytes());
    readable([&] { datasets::decode_image(bytes, target, pixels); });
}

Seeds exif_seeds() {
    return {exif_data(6), exif_data(8, false), std::string("Exif\0\0", 6) + exif_data(3), exif_data(9), "II*"};
}

Seeds picture_seeds() {
    const cv::Mat colours = red_and_blue();
    cv::Mat deep;
    colours.convertTo(deep, CV_16U, 257);
    cv::Mat clear(6, 5, CV_8UC4, cv::Scalar(10, 20, 30, 40));
    const std::string jpeg = encoded(colours, ".jpg");
    Seeds seeds{encoded(colours, ".png"),
                encoded(deep, ".png"),
                encoded(clear, ".png"),
                jpeg,
                encoded(colours, ".jpg", {cv::IMWRITE_JPEG_PROGRESSIVE, 1}),
                with_exif(jpeg, 6),
                encoded(colours, ".bmp"),
                encoded(colours, ".webp"),
                encoded(clear, ".webp", {cv::IMWRITE_WEBP_QUALITY, 101}),
                encoded(colours, ".ppm"),
                raw_pnm(5, "255\n", 12),
                raw_pnm(5, "1000\n", 24),
                raw_pnm(4, "", 3),
                "P2\n2 2\n7\n0 1 2 7\n",
                "P1\n2 2\n1 0\n0 1\n",
                png_of(30000, 30000, "x"),
                "GIF89a"};
    std::vector<std::filesystem::path> files;
    for (const auto& file : std::filesystem::directory_iterator(NORMSCOPE_FIXTURES "/pictures")) {
        if (file.path().extension() != ".sh") files.push_back(file.path());
    }
    std::sort(files.begin(), files.end());
    constexpr std::uint64_t most = 1U << 20;
    for (const auto& file : files) seeds.emplace_back(io::as_text(io::read_file(file, most)));
    return seeds;
}

}  // namespace normscope::testing
