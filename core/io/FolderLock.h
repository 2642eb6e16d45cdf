// One process at a time in a folder.
#pragma once

#include "core/io/FileDescriptor.h"

#include <filesystem>

namespace normscope::io {

/// Keeps other processes that ask for the same lock out until it is destroyed. The lock is on a file ".normscope-lock"
/// in the folder, which goes with it; when the process ends in any way, the kernel releases it, so that a file left
/// behind locks nobody out. Where the file system has no locks, nobody is kept out.
class FolderLock {
   public:
    /// Throws InputError if the folder is in use (with the number of the process), is missing or not writable.
    explicit FolderLock(const std::filesystem::path& folder);
    FolderLock(FolderLock&&) = default;
    FolderLock& operator=(FolderLock&&) = delete;
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;
    ~FolderLock();

   private:
    bool open_and_lock();
    [[noreturn]] void refuse(int holder_file) const;

    std::filesystem::path m_folder;
    FileDescriptor m_file;
};

}  // namespace normscope::io
