// A data set of picture files.
#pragma once

#include "datasets/FolderListing.h"
#include "datasets/FolderSpec.h"
#include "datasets/LoadReport.h"

#include <cstddef>
#include <filesystem>

namespace normscope::datasets {

/// Images of one size from files. Every file is decoded once when the set is made, so that what cannot be read is known
/// before training. Decoded images are kept as bytes as far as LoadOptions::cache_bytes reach; the others are decoded
/// again whenever they are asked for, on the thread that asks.
///
/// Order: drawn by the seed within each class, and each class spread evenly over the whole. The last part of the set,
/// however long, therefore has every class in its proportion: holding it out is a stratified split.
class FolderDataset final : public ReportedDataset {
   public:
    /// Decodes what is listed. Files that cannot be read go to the report and not to the set.
    /// Throws InputError if no file is left; LoadCancelled.
    FolderDataset(std::string name, FolderListing listing, const FolderSpec& spec, const LoadOptions& options);

    std::int64_t size() const override { return static_cast<std::int64_t>(m_images.size()); }
    std::int64_t height() const override { return m_target.size; }
    std::int64_t width() const override { return m_target.size; }
    std::int64_t channels() const override { return m_target.channels(); }

    /// A pixel is byte / 255. Throws InputError naming the file if it has vanished or become unreadable;
    /// std::out_of_range for a wrong index and std::invalid_argument for a span of the wrong size.
    void read_image(std::int64_t index, std::span<float> pixels) const override;
    std::int64_t label(std::int64_t index) const override;
    const std::vector<std::string>& class_names() const override { return m_class_names; }
    const std::string& name() const override { return m_name; }
    const LoadReport& load_report() const override { return m_report; }

    std::filesystem::path path(std::int64_t index) const { return image(index).path; }
    /// Images that are kept decoded.
    std::int64_t cached() const { return m_cached; }

   private:
    struct Image {
        std::string path;
        std::int32_t label;
        std::int64_t slot;  ///< in the cache; −1: not kept
    };

    const Image& image(std::int64_t index) const;
    std::span<const std::byte> cached_pixels(std::int64_t slot) const;
    void keep(ListedImage listed, std::span<const std::byte> pixels, std::uint64_t cache_bytes);
    void decode_all(std::vector<ListedImage> listed, const LoadOptions& options);
    void put_in_order(std::uint64_t seed);

    std::string m_name;
    ImageTarget m_target;
    std::vector<std::string> m_class_names;
    LoadReport m_report;
    std::vector<Image> m_images;
    std::int64_t m_cached = 0;
    std::int64_t m_block_images;                   ///< images a block of the cache
    std::vector<std::vector<std::byte>> m_blocks;  ///< the cache; grows with the images that are read
};

/// The data of a folder; `eval` is its own test set if it is split already (see list_folder), else null. Both share
/// LoadOptions::cache_bytes.
DataSplit load_folder(const FolderSpec& spec, const LoadOptions& options = {});

}  // namespace normscope::datasets
