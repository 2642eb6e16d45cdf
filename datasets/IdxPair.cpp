#include "datasets/IdxPair.h"

#include "core/Error.h"
#include "core/io/MessageText.h"
#include "core/io/ReadFile.h"
#include "datasets/Gzip.h"
#include "datasets/IdxReader.h"
#include "datasets/ImageArrayDataset.h"

#include <algorithm>

namespace normscope::datasets {
namespace {

/// The largest set of this family, EMNIST by class, has 638 MB. Checking so much compressed data takes 1 to 2 s.
constexpr std::uint64_t max_bytes = 768ULL << 20;
/// deflate packs at most 1032 : 1, so a small file cannot hold what a huge header announces.
constexpr std::uint64_t max_ratio = 1032;
constexpr std::size_t image_dims = 3;

struct File {
    std::string name;  ///< for messages
    std::vector<std::byte> values;
    std::vector<std::int64_t> dims;
};

void check_size(const std::string& name, std::uint64_t announced, std::uint64_t packed, bool is_packed) {
    if (announced > max_bytes) {
        throw InputError(name + " announces " + std::to_string(announced) + " bytes, and at most " +
                         std::to_string(max_bytes) + " are read.");
    }
    if (is_packed && announced / max_ratio > packed) {
        throw InputError(name + " announces " + std::to_string(announced) + " bytes, which its " +
                         std::to_string(packed) + " compressed bytes cannot hold; it is cut or damaged.");
    }
}

File read_idx(const std::filesystem::path& path) {
    File file{io::in_quotes(path.native()), io::read_file(path, max_bytes), {}};
    const auto start = inflate_start(file.values, max_idx_header, file.name);
    const std::uint64_t size = idx_file_size(start, file.name);
    check_size(file.name, size, file.values.size(), is_gzip(file.values));
    file.values = inflate_if_gzip(std::move(file.values), size, file.name, size);
    auto array = parse_idx(file.values, file.name);
    file.dims = std::move(array.dims);
    const auto header = static_cast<std::ptrdiff_t>(file.values.size() - array.values.size());
    file.values.erase(file.values.begin(), file.values.begin() + header);
    return file;
}

std::string text_of(const std::vector<std::int64_t>& dims) {
    std::string text;
    for (const auto dim : dims) text += (text.empty() ? "" : " × ") + std::to_string(dim);
    return text;
}

void check_pair(const File& images, const File& labels) {
    const bool has_images = images.dims.size() == image_dims;
    const bool has_labels = labels.dims.size() == 1;
    if (images.dims.size() == 1 && labels.dims.size() == image_dims) {
        throw InputError("The two files are swapped: " + images.name + " holds labels and " + labels.name +
                         " holds images. Name the images first.");
    }
    if (!has_images) {
        throw InputError(images.name + " holds an array of " + text_of(images.dims) +
                         ", not images (number × height × width).");
    }
    if (!has_labels) {
        throw InputError(labels.name + " holds an array of " + text_of(labels.dims) + ", not one label an image.");
    }
    if (images.values.empty()) throw InputError(images.name + " holds no images (" + text_of(images.dims) + ").");
    if (images.dims[0] != labels.dims[0]) {
        throw InputError(images.name + " holds " + std::to_string(images.dims[0]) + " images, but " + labels.name +
                         " holds " + std::to_string(labels.dims[0]) + " labels.");
    }
}

void check_labels(const File& labels, std::size_t classes) {
    const auto bad = std::find_if(labels.values.begin(), labels.values.end(),
                                  [&](std::byte label) { return std::to_integer<std::size_t>(label) >= classes; });
    if (bad == labels.values.end()) return;
    throw InputError("The label with index " + std::to_string(bad - labels.values.begin()) + " in " + labels.name +
                     " is " + std::to_string(std::to_integer<int>(*bad)) + ", and the classes go from 0 to " +
                     std::to_string(classes - 1) + '.');
}

}  // namespace

std::shared_ptr<const Dataset> load_idx_pair(const std::filesystem::path& images_path,
                                             const std::filesystem::path& labels_path, const std::string& name,
                                             const std::vector<std::string>& class_names) {
    File images = read_idx(images_path);
    File labels = read_idx(labels_path);
    check_pair(images, labels);
    check_labels(labels, class_names.size());
    const ImageArrayShape shape{images.dims[0], images.dims[1], images.dims[2], 1};
    return std::make_shared<ImageArrayDataset>(name, shape, std::move(images.values), std::move(labels.values),
                                               class_names);
}

std::shared_ptr<const Dataset> load_idx_pair(const std::filesystem::path& images_path,
                                             const std::filesystem::path& labels_path) {
    constexpr int digits = 10;
    std::vector<std::string> class_names;
    for (int digit = 0; digit < digits; ++digit) class_names.push_back(std::to_string(digit));
    return load_idx_pair(images_path, labels_path, images_path.filename().native(), class_names);
}

}  // namespace normscope::datasets
