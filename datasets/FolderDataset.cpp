#include "datasets/FolderDataset.h"

#include "core/Error.h"
#include "core/io/MessageText.h"
#include "core/io/ReadFile.h"
#include "core/parallel/ThreadPool.h"
#include "core/random/RandomStream.h"

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <utility>

namespace normscope::datasets {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t max_file_bytes = 128ULL << 20;
constexpr std::size_t chunk_bytes = 16U << 20;  // of decoded images that are decoded side by side
constexpr std::size_t most_chunk_images = 256;

/// Throws UnreadableImage, and InputError or WorkError if the file cannot be read.
void read_picture(const fs::path& path, const ImageTarget& target, std::span<std::byte> pixels) {
    decode_image(io::read_file(path, max_file_bytes), target, pixels);
}

/// The reason within a sentence about this file, to stand behind its path.
std::string reason_within(std::string text, const fs::path& path) {
    const std::string start = "Could not read " + io::in_quotes(path.native()) + ": ";
    if (text.starts_with(start)) text.erase(0, start.size());
    if (text.ends_with('.')) text.pop_back();
    return text;
}

/// What is wrong with a picture; "" if nothing is.
std::string problem_with(const fs::path& path, const ImageTarget& target, std::span<std::byte> pixels) {
    try {
        read_picture(path, target, pixels);
        return {};
    } catch (const UnreadableImage& error) {
        return error.what();
    } catch (const InputError& error) {
        return reason_within(error.what(), path);
    }
}

int thread_count(const LoadOptions& options) {
    if (options.threads > 0) return options.threads;
    constexpr unsigned most = 16;
    return static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, most));
}

[[noreturn]] void refuse_empty(const std::string& name, const LoadReport& report) {
    std::string sentence = "The folder " + io::in_quotes(name) + " holds no image that can be read";
    if (report.skipped.empty()) throw InputError(sentence + "; it holds no file at all.");
    const SkippedFile& last = report.skipped.back();
    throw InputError(sentence + "; " + std::to_string(report.skipped.size()) +
                     (report.skipped.size() == 1 ? " file was" : " files were") + " skipped, such as " +
                     io::in_quotes(last.path.native()) + ": " + last.reason + '.');
}

}  // namespace

FolderDataset::FolderDataset(std::string name, FolderListing listing, const FolderSpec& spec,
                             const LoadOptions& options)
    : m_name(std::move(name)),
      m_target(spec.target),
      m_class_names(std::move(listing.class_names)),
      m_report(std::move(listing.report)),
      m_block_images(
          static_cast<std::int64_t>(std::clamp<std::size_t>(chunk_bytes / spec.target.bytes(), 1, most_chunk_images))) {
    decode_all(std::move(listing.images), options);
    if (m_images.empty()) refuse_empty(m_name, m_report);
    put_in_order(spec.seed);
}

void FolderDataset::decode_all(std::vector<ListedImage> listed, const LoadOptions& options) {
    const auto total = static_cast<std::int64_t>(listed.size());
    const std::size_t image_bytes = m_target.bytes();
    const std::int64_t chunk = std::min(m_block_images, std::max<std::int64_t>(total, 1));
    ThreadPool pool(thread_count(options));
    std::vector<std::byte> pixels(image_bytes * static_cast<std::size_t>(chunk));
    std::vector<std::string> problems(static_cast<std::size_t>(chunk));
    const auto room = [&](std::int64_t i) {
        return std::span(pixels).subspan(static_cast<std::size_t>(i) * image_bytes, image_bytes);
    };
    for (std::int64_t begin = 0; begin < total; begin += chunk) {
        report_progress(options, {"reading images", begin, total});
        const std::int64_t count = std::min(chunk, total - begin);
        pool.run(count, [&](std::int64_t i) {
            if (options.stop.stop_requested()) return;
            problems[static_cast<std::size_t>(i)] =
                problem_with(listed[static_cast<std::size_t>(begin + i)].path, m_target, room(i));
        });
        if (options.stop.stop_requested()) throw LoadCancelled();
        for (std::int64_t i = 0; i < count; ++i) {
            ListedImage& image = listed[static_cast<std::size_t>(begin + i)];
            std::string& problem = problems[static_cast<std::size_t>(i)];
            if (problem.empty()) {
                keep(std::move(image), room(i), options.cache_bytes);
            } else {
                m_report.skipped.push_back({std::move(image.path), std::move(problem)});
            }
        }
    }
    report_progress(options, {"reading images", total, total});
}

void FolderDataset::keep(ListedImage listed, std::span<const std::byte> pixels, std::uint64_t cache_bytes) {
    std::int64_t slot = -1;
    if (static_cast<std::uint64_t>(m_cached + 1) * pixels.size() <= cache_bytes) {
        slot = m_cached++;
        if (slot % m_block_images == 0) {
            m_blocks.emplace_back().reserve(pixels.size() * static_cast<std::size_t>(m_block_images));
        }
        m_blocks.back().insert(m_blocks.back().end(), pixels.begin(), pixels.end());
    }
    m_images.push_back({std::move(listed.path), listed.label, slot});
}

void FolderDataset::put_in_order(std::uint64_t seed) {
    std::vector<std::vector<std::size_t>> by_class(m_class_names.size());
    for (std::size_t i = 0; i < m_images.size(); ++i) {
        by_class[static_cast<std::size_t>(m_images[i].label)].push_back(i);
    }
    /// The place-th of `count` images of its class belongs at (2·place + 1) / (2·count) of the whole.
    struct Place {
        std::int64_t place;
        std::int64_t count;
        std::size_t image;
    };
    std::vector<Place> places;
    places.reserve(m_images.size());
    for (std::size_t c = 0; c < by_class.size(); ++c) {
        const auto count = static_cast<std::int64_t>(by_class[c].size());
        const auto order = permutation(count, RandomStream(seed, "folder", c));
        for (std::int64_t i = 0; i < count; ++i) {
            places.push_back({i, count, by_class[c][static_cast<std::size_t>(order[static_cast<std::size_t>(i)])]});
        }
    }
    std::stable_sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
        return (2 * a.place + 1) * b.count < (2 * b.place + 1) * a.count;
    });
    std::vector<Image> ordered;
    ordered.reserve(m_images.size());
    for (const auto& place : places) ordered.push_back(std::move(m_images[place.image]));
    m_images = std::move(ordered);
}

const FolderDataset::Image& FolderDataset::image(std::int64_t index) const {
    if (index < 0 || index >= size()) throw std::out_of_range("image index in " + m_name);
    return m_images[static_cast<std::size_t>(index)];
}

std::span<const std::byte> FolderDataset::cached_pixels(std::int64_t slot) const {
    const auto& block = m_blocks[static_cast<std::size_t>(slot / m_block_images)];
    const auto place = static_cast<std::size_t>(slot % m_block_images);
    return std::span(block).subspan(place * m_target.bytes(), m_target.bytes());
}

void FolderDataset::read_image(std::int64_t index, std::span<float> pixels) const {
    const Image& wanted = image(index);
    if (pixels.size() != m_target.bytes()) throw std::invalid_argument("wrong room for an image of " + m_name);
    std::vector<std::byte> decoded;
    std::span<const std::byte> bytes;
    if (wanted.slot >= 0) {
        bytes = cached_pixels(wanted.slot);
    } else {
        decoded.resize(m_target.bytes());
        try {
            read_picture(wanted.path, m_target, decoded);
        } catch (const UnreadableImage& error) {
            throw InputError("Could not read " + io::in_quotes(wanted.path) + ": " + error.what() +
                             ". It could be read when the data was opened.");
        }
        bytes = decoded;
    }
    std::transform(bytes.begin(), bytes.end(), pixels.begin(),
                   [](std::byte byte) { return static_cast<float>(std::to_integer<int>(byte)) / 255.0F; });
}

std::int64_t FolderDataset::label(std::int64_t index) const {
    return image(index).label;
}

DataSplit load_folder(const FolderSpec& spec, const LoadOptions& options) {
    FolderListings listings = list_folder(spec.folder, options);
    std::error_code error;
    const fs::path real = fs::canonical(spec.folder, error);
    const std::string quoted = io::in_quotes((error ? spec.folder : real).filename().native());
    const std::string name = quoted.substr(1, quoted.size() - 2);
    DataSplit split;
    const auto train = std::make_shared<const FolderDataset>(name, std::move(listings.train), spec, options);
    split.train = train;
    if (listings.eval) {
        LoadOptions rest = options;
        rest.cache_bytes -= static_cast<std::uint64_t>(train->cached()) * spec.target.bytes();
        split.eval = std::make_shared<FolderDataset>(name, std::move(*listings.eval), spec, rest);
    }
    return split;
}

}  // namespace normscope::datasets
