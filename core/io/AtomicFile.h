// The one way in which files are written: completely, or not at all.
#pragma once

#include "core/io/FileDescriptor.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace normscope::io {

/// A file under construction. It grows in a temporary file of the same folder; commit() puts it in the target's place
/// in one step, so that at any moment (crash, full disk, kill) the target holds its old bytes or all of the new ones.
///
/// A target that is a symbolic link keeps the link: the file it points to is replaced. Permissions of an existing
/// target are kept. Folders, devices, FIFOs and sockets are refused.
///
/// All functions throw InputError if the path is at fault and WorkError if writing fails (disk full, size limit).
class AtomicFile {
   public:
    /// With a temporary file of a random short name, removed unless commit() succeeds. What writers that were killed
    /// left in the folder is removed first (see StaleTemporaries.h).
    explicit AtomicFile(const std::filesystem::path& target);

    /// With the temporary file `temporary_name` in the target's folder. It is emptied if it exists and stays if
    /// commit() is never reached: a log of what was done up to then.
    AtomicFile(const std::filesystem::path& target, const std::string& temporary_name);

    /// The same, going on behind the first `keep` bytes that the temporary file holds; what follows them is cut off.
    /// Throws InputError if it holds fewer.
    AtomicFile(const std::filesystem::path& target, const std::string& temporary_name, std::uint64_t keep);

    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;
    ~AtomicFile();

    /// Appends; returns when the operating system has taken every byte. If it throws, nothing was appended.
    void write(std::span<const std::byte> bytes);
    void write(std::string_view text);

    /// Brings the bytes so far to the disk, still under the temporary name.
    void sync();

    /// Brings the bytes to the disk and replaces the target. Nothing may be called after it.
    void commit();

   private:
    struct Permissions {
        mode_t mode;
        uid_t user;
        gid_t group;
    };

    void resolve_target();
    void open_folder();
    void open_temporary(int extra_flags);
    void open_named_temporary(int extra_flags);
    std::optional<Permissions> check_target() const;
    void keep_permissions(const Permissions& permissions);
    void remove_temporary();
    void require_regular(mode_t mode) const;
    [[noreturn]] void fail(int error_number) const;

    std::filesystem::path m_requested;  ///< as the user named it, for messages
    std::filesystem::path m_folder;     ///< of the file behind symbolic links
    std::string m_name;                 ///< in that folder
    std::string m_temporary_name;
    FileDescriptor m_folder_descriptor;
    FileDescriptor m_file;
    FileDescriptor m_lock;  ///< of a temporary file with a random name; held beyond m_file, until the file has its name
    off_t m_size = 0;       ///< bytes appended so far
    bool m_broken = false;  ///< a failed append could not be taken back
    bool m_keep_unfinished = false;
    bool m_committed = false;
};

/// Writes a whole file as AtomicFile does.
void write_file(const std::filesystem::path& path, std::span<const std::byte> bytes);
void write_file(const std::filesystem::path& path, std::string_view text);

/// Lets writes beyond a size limit or into a closed pipe fail with an error instead of ending the process (SIGXFSZ,
/// SIGPIPE). Every main() calls it first.
void ignore_fatal_write_signals();

}  // namespace normscope::io
