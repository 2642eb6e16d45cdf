#include "datasets/Cifar.h"

#include "core/Error.h"
#include "core/io/FileKind.h"
#include "core/io/MessageText.h"
#include "core/io/ReadFile.h"
#include "datasets/ImageArrayDataset.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <system_error>

namespace normscope::datasets {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t side = 32;
constexpr std::size_t plane = side * side;
constexpr std::size_t channels = 3;
constexpr std::size_t image_bytes = plane * channels;
constexpr std::uint64_t max_bytes = 256ULL << 20;  // of one file; the largest published one has 154 MB
constexpr std::uint64_t max_names_bytes = 64U << 10;

struct Format {
    CifarKind kind;
    std::string_view name;
    std::string_view spec;
    std::array<unsigned, 2> label_limits;  ///< classes of each label byte
    std::size_t label_bytes;
    std::string_view archive_folder;
    std::string_view names_file;
    std::array<std::string_view, 5> train_files;
    std::string_view test_file;

    std::size_t record() const { return label_bytes + image_bytes; }
    std::size_t classes() const { return label_limits[label_bytes - 1]; }
};

constexpr Format cifar10{
    CifarKind::cifar10,
    "CIFAR-10",
    "cifar10:DIR",
    {10, 0},
    1,
    "cifar-10-batches-bin",
    "batches.meta.txt",
    {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"},
    "test_batch.bin"};
constexpr Format cifar100{CifarKind::cifar100,    "CIFAR-100",   "cifar100:DIR", {20, 100}, 2, "cifar-100-binary",
                          "fine_label_names.txt", {"train.bin"}, "test.bin"};

constexpr std::array<std::string_view, 10> cifar10_names{"airplane", "automobile", "bird",  "cat",  "deer",
                                                         "dog",      "frog",       "horse", "ship", "truck"};

const Format& format_of(CifarKind kind) {
    return kind == CifarKind::cifar10 ? cifar10 : cifar100;
}
const Format& other_format(CifarKind kind) {
    return kind == CifarKind::cifar10 ? cifar100 : cifar10;
}

/// Position of the first label byte that is out of range, or nothing.
std::optional<std::size_t> first_bad_label(std::span<const std::byte> bytes, const Format& format) {
    for (std::size_t record = 0; record < bytes.size(); record += format.record()) {
        for (std::size_t i = 0; i < format.label_bytes; ++i) {
            if (std::to_integer<unsigned>(bytes[record + i]) >= format.label_limits[i]) return record + i;
        }
    }
    return std::nullopt;
}

bool fits(std::span<const std::byte> bytes, const Format& format) {
    return !bytes.empty() && bytes.size() % format.record() == 0 && !first_bad_label(bytes, format);
}

[[noreturn]] void refuse(std::string_view file_name, const Format& format, std::span<const std::byte> bytes,
                         const std::string& reason) {
    const std::string start = std::string(file_name) + " is not a usable " + std::string(format.name) + " file: ";
    const Format& other = other_format(format.kind);
    if (fits(bytes, other)) {
        throw InputError(start + "it holds records of " + std::string(other.name) + "; open its folder as " +
                         std::string(other.spec) + '.');
    }
    throw InputError(start + reason + '.');
}

void check_records(std::span<const std::byte> bytes, const Format& format, std::string_view file_name) {
    if (bytes.empty()) refuse(file_name, format, bytes, "the file is empty");
    if (bytes.size() % format.record() != 0) {
        const auto kind = io::recognise_file(bytes);
        refuse(file_name, format, bytes,
               kind ? "it looks like " + std::string(*kind)
                    : "its " + std::to_string(bytes.size()) + " bytes are no whole number of records of " +
                          std::to_string(format.record()) + "; it is cut or damaged");
    }
    if (const auto bad = first_bad_label(bytes, format)) {
        const std::size_t which = *bad % format.record();
        refuse(file_name, format, bytes,
               "the " +
                   std::string(format.label_bytes == 1 ? "label"
                               : which == 0            ? "coarse label"
                                                       : "fine label") +
                   " of the record with index " + std::to_string(*bad / format.record()) + " is " +
                   std::to_string(std::to_integer<int>(bytes[*bad])) + ", and labels go from 0 to " +
                   std::to_string(format.label_limits[which] - 1));
    }
}

bool is_there(const fs::path& path) {
    std::error_code error;
    return fs::exists(path, error);
}

bool is_folder(const fs::path& path) {
    std::error_code error;
    return fs::is_directory(path, error);
}

std::vector<fs::path> train_files(const fs::path& folder, const Format& format) {
    std::vector<fs::path> files;
    for (const auto name : format.train_files) {
        if (!name.empty()) files.push_back(folder / name);
    }
    return files;
}

bool has_any(const fs::path& folder, const Format& format) {
    const auto files = train_files(folder, format);
    return is_there(folder / format.test_file) || std::any_of(files.begin(), files.end(), is_there);
}

void require_files(const fs::path& folder, const Format& format) {
    const std::string name = io::in_quotes(folder.native());
    if (!is_folder(folder)) {
        throw InputError(name + (is_there(folder) ? " is not a folder; " : " does not exist; ") +
                         std::string(format.spec) + " needs the folder with the unpacked binary files.");
    }
    auto files = train_files(folder, format);
    files.push_back(folder / format.test_file);
    std::string missing;
    for (const auto& file : files) {
        if (!is_there(file)) missing += (missing.empty() ? "" : ", ") + file.filename().native();
    }
    if (missing.empty()) return;
    const Format& other = other_format(format.kind);
    std::string hint;
    if (has_any(folder, other)) {
        hint = " It holds " + std::string(other.name) + ": open it as " + std::string(other.spec) + '.';
    } else if (is_there(folder / "data_batch_1") || (is_there(folder / "train") && is_there(folder / "meta"))) {
        hint = " It holds the Python version, which is made of pickles; download the binary version instead.";
    }
    throw InputError(name + " lacks these files of " + std::string(format.name) + ": " + missing + '.' + hint);
}

/// Lines without the empty ones at the end.
std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        lines.emplace_back(line);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    while (!lines.empty() && lines.back().empty()) lines.pop_back();
    return lines;
}

std::vector<std::string> class_names(const fs::path& folder, const Format& format) {
    const fs::path file = folder / format.names_file;
    if (!is_there(file)) {
        if (format.kind == CifarKind::cifar10) return {cifar10_names.begin(), cifar10_names.end()};
        std::vector<std::string> numbers;
        for (std::size_t i = 0; i < format.classes(); ++i) numbers.push_back(std::to_string(i));
        return numbers;
    }
    const auto bytes = io::read_file(file, max_names_bytes);
    auto names = lines_of(io::as_text(bytes));
    const std::string shown = io::in_quotes(file.native());
    if (names.size() != format.classes()) {
        throw InputError(shown + " has " + std::to_string(names.size()) + " lines, and " + std::string(format.name) +
                         " has " + std::to_string(format.classes()) + " classes.");
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i].empty() || !io::is_valid_utf8(names[i])) {
            throw InputError("Line " + std::to_string(i + 1) + " of " + shown + " is no class name in UTF-8.");
        }
    }
    return names;
}

std::shared_ptr<const Dataset> load_files(const std::vector<fs::path>& files, const Format& format,
                                          const std::vector<std::string>& names, const LoadOptions& options) {
    CifarImages all;
    std::uint64_t total = 0;
    for (const auto& file : files) {
        std::error_code error;
        const auto size = fs::file_size(file, error);
        if (!error && size <= max_bytes) total += size;
    }
    if (files.size() > 1) all.pixels.reserve(static_cast<std::size_t>(total));
    std::int64_t done = 0;
    for (const auto& file : files) {
        report_progress(options, {"reading files", done++, static_cast<std::int64_t>(files.size())});
        CifarImages images = unpack_cifar(io::read_file(file, max_bytes), format.kind, io::in_quotes(file.native()));
        if (files.size() == 1) {
            all = std::move(images);
            break;
        }
        all.pixels.insert(all.pixels.end(), images.pixels.begin(), images.pixels.end());
        all.labels.insert(all.labels.end(), images.labels.begin(), images.labels.end());
    }
    const ImageArrayShape shape{static_cast<std::int64_t>(all.labels.size()), side, side, channels};
    return std::make_shared<ImageArrayDataset>(std::string(format.name), shape, std::move(all.pixels),
                                               std::move(all.labels), names);
}

}  // namespace

CifarImages unpack_cifar(std::vector<std::byte> bytes, CifarKind kind, std::string_view file_name) {
    const Format& format = format_of(kind);
    check_records(bytes, format, file_name);
    const std::size_t count = bytes.size() / format.record();
    CifarImages images{std::move(bytes), std::vector<std::byte>(count)};
    std::array<std::byte, image_bytes> planes{};
    for (std::size_t i = 0; i < count; ++i) {
        const std::byte* record = images.pixels.data() + i * format.record();
        images.labels[i] = record[format.label_bytes - 1];
        std::copy_n(record + format.label_bytes, image_bytes, planes.begin());
        std::byte* image = images.pixels.data() + i * image_bytes;  // never behind the record
        for (std::size_t p = 0; p < plane; ++p) {
            for (std::size_t c = 0; c < channels; ++c) image[p * channels + c] = planes[c * plane + p];
        }
    }
    images.pixels.resize(count * image_bytes);
    return images;
}

DataSplit load_cifar(const fs::path& folder, CifarKind kind, const LoadOptions& options) {
    const Format& format = format_of(kind);
    const fs::path unpacked = folder / format.archive_folder;
    const fs::path& place = !has_any(folder, format) && is_folder(unpacked) ? unpacked : folder;
    require_files(place, format);
    const auto names = class_names(place, format);
    return {load_files(train_files(place, format), format, names, options),
            load_files({place / format.test_file}, format, names, options)};
}

}  // namespace normscope::datasets
