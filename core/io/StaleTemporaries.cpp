#include "core/io/StaleTemporaries.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string_view>
#include <tuple>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace normscope::io {
namespace {

constexpr std::string_view prefix = ".normscope-";
constexpr std::string_view suffix = ".tmp";
constexpr std::time_t a_day = 24 * 60 * 60;

/// Eight digits for this machine since it was started. On systems that do not tell, all machines are alike.
const std::string& boot_tag() {
    static const std::string tag = [] {
        std::string id;
        std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), id);
        std::array<char, 16> text{};
        std::snprintf(text.data(), text.size(), "%08x", static_cast<unsigned>(std::hash<std::string>{}(id)));
        return std::string(text.data());
    }();
    return tag;
}

bool of_this_boot(std::string_view name) {
    return name.substr(prefix.size()).starts_with(boot_tag() + '-');
}

/// True the first time that this process asks for this folder.
bool first_visit(int folder) {
    static std::mutex mutex;
    // With the time of birth, since a new folder may get the number of a removed one.
    static std::set<std::tuple<unsigned, unsigned, std::uint64_t, std::int64_t, unsigned>> visited;
    struct statx status {};
    if (::statx(folder, "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &status) != 0) return false;
    const std::lock_guard lock(mutex);
    return visited
        .emplace(status.stx_dev_major, status.stx_dev_minor, status.stx_ino, status.stx_btime.tv_sec,
                 status.stx_btime.tv_nsec)
        .second;
}

/// The file of that name is a regular one, nobody holds its lock, and where locks may be out of sight it is old.
bool remove_if_stale(int folder, const char* name) {
    const FileDescriptor file(::openat(folder, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat status {};
    if (!file.is_open() || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
    if (!of_this_boot(name) && status.st_mtime > std::time(nullptr) - a_day) return false;
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) return false;
    // The lock is kept until the name is gone: a writer that has just made the file sees that it lost it.
    return ::unlinkat(folder, name, 0) == 0;
}

void look_through(int folder) {
    // A description of its own: reading moves it.
    const int again = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (again < 0) return;
    const auto close = [](DIR* open) { ::closedir(open); };
    const std::unique_ptr<DIR, decltype(close)> entries(::fdopendir(again), close);
    if (!entries) {
        ::close(again);
        return;
    }
    while (const dirent* entry = ::readdir(entries.get())) {
        const std::string_view name = entry->d_name;
        if (name.starts_with(prefix) && name.ends_with(suffix)) remove_if_stale(folder, entry->d_name);
    }
}

}  // namespace

std::string temporary_name() {
    std::random_device random;
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%08x", static_cast<unsigned>(random()));
    return std::string(prefix) + boot_tag() + '-' + text.data() + std::string(suffix);
}

TemporaryLock lock_temporary(int file) {
    if (::flock(file, LOCK_EX | LOCK_NB) != 0) return {FileDescriptor(), errno != EWOULDBLOCK};
    struct stat status {};
    const bool there = ::fstat(file, &status) == 0 && status.st_nlink > 0;
    // Of the same open file, so that closing `file` keeps the lock.
    return {FileDescriptor(::fcntl(file, F_DUPFD_CLOEXEC, 0)), there};
}

void remove_stale_temporaries(int folder) noexcept {
    try {
        if (first_visit(folder)) look_through(folder);
    } catch (const std::exception&) {
        // No memory for tidying up is no reason not to save.
    }
}

}  // namespace normscope::io
