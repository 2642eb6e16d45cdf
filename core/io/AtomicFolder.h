// Several files that belong together: all of them, or none.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace normscope::io {

struct FolderFile {
    std::string name;
    std::span<const std::byte> bytes;  ///< the caller's
};

/// Looks at a folder that is not empty and is about to be replaced; throws InputError if it must not be.
using FolderCheck = std::function<void(const std::filesystem::path& folder)>;

/// Makes the folder `target` with these files in it. They are written to a folder beside it first, which then takes its
/// place in one step: at any moment (crash, full disk, kill) the target is what it was or the new folder. An existing
/// folder is removed with all that it holds, once `may_replace` has let it pass; an empty one is not asked about. A
/// symbolic link keeps pointing to the same place.
///
/// Throws InputError if the path is at fault (missing parent, a file in the way) and WorkError if writing fails.
void write_folder(const std::filesystem::path& target, const std::vector<FolderFile>& files,
                  const FolderCheck& may_replace);

}  // namespace normscope::io
