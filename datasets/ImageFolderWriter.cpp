#include "datasets/ImageFolderWriter.h"

#include "core/Error.h"
#include "core/io/AtomicFile.h"
#include "core/io/MessageText.h"
#include "core/io/SystemError.h"

#include <opencv2/imgcodecs.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <set>
#include <string>
#include <system_error>

namespace normscope::datasets {
namespace {

namespace fs = std::filesystem;

void make_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) io::throw_system_error("Could not make the folder", folder, error.value());
}

void require_empty(const fs::path& folder) {
    std::error_code error;
    const bool empty = fs::is_empty(folder, error);
    if (error) io::throw_system_error("Could not open the folder", folder, error.value());
    if (!empty) {
        throw InputError("The folder " + io::in_quotes(folder.native()) +
                         " is not empty; the pictures would mix with what is there.");
    }
}

std::vector<std::string> folder_names(const std::vector<std::string>& class_names) {
    constexpr std::size_t longest = 240;  // a name has at most 255 bytes, and a number may follow
    std::vector<std::string> names;
    std::set<std::string> taken;
    for (std::string name : class_names) {
        std::replace(name.begin(), name.end(), '/', '_');
        std::replace(name.begin(), name.end(), '\0', '_');
        if (name.size() > longest) {
            name.resize(longest);
            while (!name.empty() && !io::is_valid_utf8(name)) name.pop_back();
        }
        if (name.empty()) name = "_";
        if (name[0] == '.') name[0] = '_';
        const std::string base = name;
        for (int i = 2; !taken.insert(name).second; ++i) name = base + " (" + std::to_string(i) + ')';
        names.push_back(std::move(name));
    }
    return names;
}

std::vector<unsigned char> png_bytes(const Dataset& data, std::span<const float> pixels) {
    const auto channels = static_cast<std::size_t>(data.channels());
    std::vector<unsigned char> bytes(pixels.size());
    for (std::size_t i = 0; i < pixels.size(); ++i) {
        const float value = pixels[i] > 0 ? std::min(pixels[i], 1.0F) : 0.0F;  // NaN is not above 0
        // OpenCV wants blue first.
        const std::size_t place = channels == 1 ? i : i - i % channels + (channels - 1 - i % channels);
        bytes[place] = static_cast<unsigned char>(std::lround(value * 255));
    }
    const cv::Mat picture(static_cast<int>(data.height()), static_cast<int>(data.width()),
                          CV_8UC(static_cast<int>(channels)), bytes.data());
    std::vector<unsigned char> file;
    if (!cv::imencode(".png", picture, file)) throw WorkError("Could not encode a PNG picture.");
    return file;
}

std::string file_name(std::int64_t index) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%06lld.png", static_cast<long long>(index));
    return text.data();
}

}  // namespace

void write_image_folder(const Dataset& data, const fs::path& folder, const LoadOptions& options) {
    if (data.channels() != 1 && data.channels() != 3) {
        throw InputError("Pictures have 1 or 3 channels, and the images of " + io::in_quotes(data.name()) + " have " +
                         std::to_string(data.channels()) + '.');
    }
    make_folder(folder);
    require_empty(folder);
    const auto names = folder_names(data.class_names());
    for (const auto& name : names) make_folder(folder / name);
    std::vector<float> pixels(static_cast<std::size_t>(data.height() * data.width() * data.channels()));
    for (std::int64_t i = 0; i < data.size(); ++i) {
        report_progress(options, {"writing pictures", i, data.size()});
        data.read_image(i, pixels);
        const auto file = png_bytes(data, pixels);
        io::write_file(folder / names[static_cast<std::size_t>(data.label(i))] / file_name(i),
                       std::as_bytes(std::span(file)));
    }
    report_progress(options, {"writing pictures", data.size(), data.size()});
}

}  // namespace normscope::datasets
