#include "core/io/FolderLock.h"

#include "core/Error.h"
#include "core/io/MessageText.h"
#include "core/io/SystemError.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <tuple>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace normscope::io {
namespace {

constexpr const char* lock_name = ".normscope-lock";

/// True if the folder still has this file under the lock's name: who held the lock before may have removed it.
bool is_in_place(const std::filesystem::path& path, int file) {
    struct stat ours {};
    struct stat there {};
    return ::fstat(file, &ours) == 0 && ::stat(path.c_str(), &there) == 0 && ours.st_ino == there.st_ino &&
           ours.st_dev == there.st_dev;
}

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder) : m_folder(folder) {
    constexpr int attempts = 100;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        if (open_and_lock()) return;
    }
    refuse(-1);
}

FolderLock::~FolderLock() {
    if (m_file.is_open()) ::unlink((m_folder / lock_name).c_str());
}

bool FolderLock::open_and_lock() {
    const auto path = m_folder / lock_name;
    FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666));
    if (!file.is_open()) throw_system_error("Could not lock the folder of", path, errno);
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) refuse(file.get());
    if (!is_in_place(path, file.get())) return false;
    const std::string process = std::to_string(::getpid()) + "\n";
    // Only for others' messages: a full disk does not matter.
    if (::ftruncate(file.get(), 0) == 0) std::ignore = ::pwrite(file.get(), process.data(), process.size(), 0);
    m_file = std::move(file);
    return true;
}

void FolderLock::refuse(int holder_file) const {
    std::array<char, 32> text{};
    const auto count = holder_file < 0 ? 0 : ::pread(holder_file, text.data(), text.size() - 1, 0);
    std::string process(text.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    process.erase(std::find_if_not(process.begin(), process.end(), [](char c) { return c >= '0' && c <= '9'; }),
                  process.end());
    throw InputError("The folder " + in_quotes(m_folder.native()) + " is in use by another process" +
                     (process.empty() ? "" : " (number " + process + ")") + ". Wait until it ends, or choose another " +
                     "folder.");
}

}  // namespace normscope::io
