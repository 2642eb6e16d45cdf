// Finds the files below a folder without being led astray.
#pragma once

#include "datasets/LoadOptions.h"
#include "datasets/LoadReport.h"

#include <cstdint>
#include <filesystem>
#include <set>
#include <utility>
#include <vector>

namespace normscope::datasets {

/// What is in a folder, each list in the order of the names' bytes.
struct FolderContents {
    std::vector<std::filesystem::path> folders;
    std::vector<std::filesystem::path> files;  ///< regular ones
};

/// Names that begin with '.', "Thumbs.db", "desktop.ini" and "__MACOSX" are passed over. Pipes, sockets and devices,
/// symbolic links that leave the root folder, lead nowhere or in a circle, and what cannot be opened go to the report.
/// Symbolic links that stay inside are followed; a folder is entered through links once.
class FolderWalk {
   public:
    /// More files than any set of images has.
    static constexpr std::int64_t max_files = 2'000'000;

    /// Throws InputError if `root` is missing or no folder.
    FolderWalk(const std::filesystem::path& root, const LoadOptions& options, LoadReport& report);

    /// Of one folder, which is the root or was found by this walk. Throws LoadCancelled, and InputError beyond
    /// max_files.
    FolderContents contents(const std::filesystem::path& folder);

    /// All files in a folder and below, depth first.
    std::vector<std::filesystem::path> all_files(const std::filesystem::path& folder);

    /// True if the path, with all its symbolic links resolved, is inside the root folder. False if it does not exist.
    bool is_inside(const std::filesystem::path& path) const;

    void skip(const std::filesystem::path& path, std::string reason);

   private:
    using Identity = std::pair<std::uint64_t, std::uint64_t>;  ///< device, inode

    void sort_entry(const std::filesystem::path& path, FolderContents& contents);
    bool may_follow(const std::filesystem::path& link);
    void collect(const std::filesystem::path& folder, int depth, std::vector<std::filesystem::path>& files);

    std::filesystem::path m_root;
    std::filesystem::path m_real_root;
    const LoadOptions& m_options;
    LoadReport& m_report;
    std::int64_t m_entries = 0;
    std::vector<Identity> m_entered;  ///< the folders being collected, from the outermost on
    std::set<Identity> m_followed;    ///< entered through links
};

}  // namespace normscope::datasets
