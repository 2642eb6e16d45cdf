#include "datasets/NpyPair.h"

#include "core/Error.h"
#include "core/io/MessageText.h"
#include "core/io/ReadFile.h"
#include "core/io/RegularFile.h"

#include <algorithm>
#include <string>

namespace normscope::datasets {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t max_bytes = 2ULL << 30;

struct File {
    fs::path path;
    std::string name;  ///< for messages
    io::NpyHeader header;
};

File look_into(const fs::path& path) {
    File file{path, io::in_quotes(path.native()), {}};
    const auto start = io::read_file_start(path, io::max_npy_header);
    file.header = io::parse_npy_header(start.bytes, file.name);
    io::check_npy_size(file.header, start.size, file.name);
    if (start.size > max_bytes) {
        throw InputError(file.name + " has " + std::to_string(start.size) + " bytes, and at most " +
                         std::to_string(max_bytes) + " are read.");
    }
    return file;
}

std::vector<std::byte> read(const File& file) {
    auto bytes = io::read_file(file.path, max_bytes);
    io::check_npy_size(file.header, bytes.size(), file.name);  // it may have changed meanwhile
    return bytes;
}

bool is_list(const io::NpyHeader& header) {
    return header.dims.size() == 1 || (header.dims.size() == 2 && header.dims[1] == 1);
}

bool is_float(const File& file) {
    return file.header.type.kind == io::NpyKind::floating;
}

/// Where the images are, if the two files go together.
NpyLayout checked_layout(const File& images, const File& labels) {
    const std::size_t label_dims = labels.header.dims.size();
    if (is_list(images.header) && (label_dims == 3 || label_dims == 4)) {
        throw InputError("The two files are swapped: " + images.name + " holds labels and " + labels.name +
                         " holds images. Name the images first.");
    }
    const io::NpyType& type = images.header.type;
    if (!is_float(images) && (type.kind != io::NpyKind::unsigned_integer || type.size != 1)) {
        throw InputError(images.name + " holds " + to_string(type) +
                         "; images are read as unsigned 8-bit integers (uint8) or as floats (float32, float64).");
    }
    const NpyLayout layout = npy_layout(images.header, images.name);
    if (!is_list(labels.header)) {
        throw InputError(labels.name + " holds an array of " + std::to_string(label_dims) +
                         " dimensions, not one label an image.");
    }
    if (is_float(labels)) {
        throw InputError(labels.name + " holds " + to_string(labels.header.type) +
                         "; labels must be integers, the numbers of the classes.");
    }
    if (images.header.dims[0] != labels.header.dims[0]) {
        throw InputError(images.name + " holds " + std::to_string(images.header.dims[0]) + " images, but " +
                         labels.name + " holds " + std::to_string(labels.header.dims[0]) + " labels.");
    }
    return layout;
}

std::vector<std::int32_t> read_labels(const File& file) {
    const auto bytes = read(file);
    std::vector<std::int32_t> labels(static_cast<std::size_t>(file.header.dims[0]));
    const std::byte* value = bytes.data() + file.header.header_size;
    for (std::size_t i = 0; i < labels.size(); ++i, value += file.header.type.size) {
        const auto label = io::npy_integer(value, file.header.type);
        if (!label || *label < 0 || *label >= max_npy_classes) {
            throw InputError("The label with index " + std::to_string(i) + " in " + file.name + " is " +
                             (label ? std::to_string(*label) : "beyond 63 bits") + ", and labels go from 0 to " +
                             std::to_string(max_npy_classes - 1) + " at most.");
        }
        labels[i] = static_cast<std::int32_t>(*label);
    }
    return labels;
}

}  // namespace

std::shared_ptr<const Dataset> load_npy_pair(const fs::path& images_path, const fs::path& labels_path,
                                             const LoadOptions& options) {
    const File images = look_into(images_path);
    const File labels = look_into(labels_path);
    const NpyLayout layout = checked_layout(images, labels);
    report_progress(options, {"reading files", 0, 2});
    auto classes_of_images = read_labels(labels);
    report_progress(options, {"reading files", 1, 2});
    auto bytes = read(images);
    std::vector<std::string> class_names;
    const auto largest = *std::max_element(classes_of_images.begin(), classes_of_images.end());
    for (std::int32_t i = 0; i <= largest; ++i) class_names.push_back(std::to_string(i));
    return std::make_shared<NpyDataset>(images_path.filename().native(), std::move(bytes), images.header, layout,
                                        std::move(classes_of_images), std::move(class_names));
}

}  // namespace normscope::datasets
