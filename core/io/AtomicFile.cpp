#include "core/io/AtomicFile.h"

#include "core/Error.h"
#include "core/io/MessageText.h"
#include "core/io/ReadFile.h"
#include "core/io/StaleTemporaries.h"
#include "core/io/SystemError.h"

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>

namespace normscope::io {
namespace {

constexpr int max_links = 40;  // as the kernel

bool can_not_be_synced(int error_number) {
    return error_number == EINVAL || error_number == ENOTSUP;
}

}  // namespace

AtomicFile::AtomicFile(const std::filesystem::path& target) : m_requested(target) {
    resolve_target();
    open_folder();
    remove_stale_temporaries(m_folder_descriptor.get());
    constexpr int attempts = 100;
    for (int attempt = 0; attempt < attempts && !m_file.is_open(); ++attempt) {
        m_temporary_name = temporary_name();
        open_temporary(O_EXCL);
        if (!m_file.is_open()) continue;
        auto lock = lock_temporary(m_file.get());
        m_lock = std::move(lock.descriptor);
        if (!lock.usable) m_file = FileDescriptor();
    }
    if (!m_file.is_open()) fail(EEXIST);
}

AtomicFile::AtomicFile(const std::filesystem::path& target, const std::string& temporary_name)
    : m_requested(target), m_temporary_name(temporary_name), m_keep_unfinished(true) {
    open_named_temporary(O_TRUNC);
}

AtomicFile::AtomicFile(const std::filesystem::path& target, const std::string& temporary_name, std::uint64_t keep)
    : m_requested(target), m_temporary_name(temporary_name), m_keep_unfinished(true) {
    open_named_temporary(0);
    struct stat status {};
    if (::fstat(m_file.get(), &status) != 0) fail(errno);
    if (static_cast<std::uint64_t>(status.st_size) < keep) {
        throw InputError("Could not go on with " + in_quotes(m_requested.native()) + ": " + in_quotes(temporary_name) +
                         " has " + std::to_string(status.st_size) + " bytes, not " + std::to_string(keep) + ".");
    }
    m_size = static_cast<off_t>(keep);
    if (::ftruncate(m_file.get(), m_size) != 0) fail(errno);
}

void AtomicFile::open_named_temporary(int extra_flags) {
    resolve_target();
    open_folder();
    struct stat status {};
    if (::fstatat(m_folder_descriptor.get(), m_temporary_name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        !S_ISREG(status.st_mode)) {
        throw InputError("Could not save " + in_quotes(m_requested.native()) + ": in the same folder, " +
                         in_quotes(m_temporary_name) + " is not a regular file.");
    }
    open_temporary(extra_flags);
    if (!m_file.is_open()) fail(EEXIST);
}

AtomicFile::~AtomicFile() {
    if (!m_committed && !m_keep_unfinished) remove_temporary();
}

void AtomicFile::write(std::span<const std::byte> bytes) {
    const auto size_after = m_size + static_cast<off_t>(bytes.size());
    while (!bytes.empty()) {
        const auto count =
            ::pwrite(m_file.get(), bytes.data(), bytes.size(), size_after - static_cast<off_t>(bytes.size()));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) {
            const int error_number = count < 0 ? errno : ENOSPC;
            if (::ftruncate(m_file.get(), m_size) != 0) m_broken = true;
            fail(error_number);
        }
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    m_size = size_after;
}

void AtomicFile::write(std::string_view text) {
    write(as_bytes(text));
}

void AtomicFile::sync() {
    if (m_broken) fail(EIO);
    if (::fsync(m_file.get()) != 0 && !can_not_be_synced(errno)) fail(errno);
}

void AtomicFile::commit() {
    sync();
    // Network file systems report late errors here.
    if (::close(m_file.release()) != 0 && errno != EINTR) fail(errno);
    check_target();
    const int folder = m_folder_descriptor.get();
    if (::renameat(folder, m_temporary_name.c_str(), folder, m_name.c_str()) != 0) fail(errno);
    m_committed = true;
    if (::fsync(folder) != 0 && !can_not_be_synced(errno) && errno != EBADF) fail(errno);
}

void AtomicFile::resolve_target() {
    if (m_requested.empty()) throw InputError("Could not save: the file name is empty.");
    struct stat behind_links {};
    if (::stat(m_requested.c_str(), &behind_links) == 0) require_regular(behind_links.st_mode);
    std::filesystem::path path = m_requested;
    for (int links = 0;; ++links) {
        struct stat status {};
        if (::lstat(path.c_str(), &status) != 0) {
            if (errno != ENOENT) fail(errno);
            break;  // a new file
        }
        if (!S_ISLNK(status.st_mode)) break;
        if (links == max_links) fail(ELOOP);
        std::error_code error;
        const auto next = std::filesystem::read_symlink(path, error);
        if (error) fail(error.value());
        path = path.parent_path() / next;  // an absolute `next` replaces the folder
    }
    if (!path.has_filename() || path.filename() == "." || path.filename() == "..") fail(EISDIR);
    m_folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    m_name = path.filename().native();
}

void AtomicFile::open_folder() {
    m_folder_descriptor = FileDescriptor(::open(m_folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!m_folder_descriptor.is_open() && errno == EACCES) {
        // A folder may allow new files without letting itself be listed; it cannot be synced then.
        m_folder_descriptor = FileDescriptor(::open(m_folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    }
    if (m_folder_descriptor.is_open()) return;
    const int error_number = errno;
    if (error_number == ENOENT) {
        throw InputError("Could not save " + in_quotes(m_requested.native()) + ": the folder " +
                         in_quotes(m_folder.native()) + " does not exist.");
    }
    fail(error_number);
}

void AtomicFile::open_temporary(int extra_flags) {
    const auto permissions = check_target();
    constexpr mode_t mode = 0666;  // the umask takes its share
    const int descriptor = ::openat(m_folder_descriptor.get(), m_temporary_name.c_str(),
                                    O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | extra_flags, mode);
    if (descriptor < 0 && errno != EEXIST) fail(errno);
    m_file = FileDescriptor(descriptor);
    if (m_file.is_open() && permissions) keep_permissions(*permissions);
}

std::optional<AtomicFile::Permissions> AtomicFile::check_target() const {
    struct stat status {};
    const int folder = m_folder_descriptor.get();
    if (::fstatat(folder, m_name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno != ENOENT) fail(errno);
        return std::nullopt;
    }
    require_regular(status.st_mode);
    // rename() would replace a write-protected file without asking.
    if (::faccessat(folder, m_name.c_str(), W_OK, AT_EACCESS) != 0) fail(errno);
    return Permissions{status.st_mode & 07777, status.st_uid, status.st_gid};
}

void AtomicFile::keep_permissions(const Permissions& permissions) {
    const bool owner_kept = ::fchown(m_file.get(), permissions.user, permissions.group) == 0;
    // Rights that go with an owner (set-user-id …) must not pass to another one.
    const mode_t mode = owner_kept ? permissions.mode : permissions.mode & 0777;
    if (::fchmod(m_file.get(), mode) == 0 || errno == EPERM) return;
    const int error_number = errno;
    if (!m_keep_unfinished) remove_temporary();  // no destructor runs when a constructor throws
    fail(error_number);
}

void AtomicFile::remove_temporary() {
    ::unlinkat(m_folder_descriptor.get(), m_temporary_name.c_str(), 0);
}

void AtomicFile::require_regular(mode_t mode) const {
    if (S_ISREG(mode)) return;
    throw InputError("Could not save " + in_quotes(m_requested.native()) + ": it is " +
                     std::string(file_type_name(mode)) + ", not a regular file.");
}

void AtomicFile::fail(int error_number) const {
    throw_system_error("Could not save", m_requested, error_number);
}

void write_file(const std::filesystem::path& path, std::span<const std::byte> bytes) {
    AtomicFile file(path);
    file.write(bytes);
    file.commit();
}

void write_file(const std::filesystem::path& path, std::string_view text) {
    write_file(path, as_bytes(text));
}

void ignore_fatal_write_signals() {
    std::signal(SIGXFSZ, SIG_IGN);
    std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace normscope::io
