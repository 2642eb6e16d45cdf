// For tests: disks and processes that fail.
#pragma once

#include "core/io/ReadFile.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace normscope::testing {

inline std::string content_of(const std::filesystem::path& path) {
    constexpr std::uint64_t any_size = 1U << 30;
    return std::string(io::as_text(io::read_file(path, any_size)));
}

inline std::vector<std::string> names_in(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) names.push_back(entry.path().filename());
    return names;
}

/// Starts a child process that does `action` and exits with its return value, 98 for an exception.
inline pid_t start_child(const std::function<int()>& action) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    int code = 98;
    try {
        code = action();
    } catch (...) {
    }
    ::_exit(code);
}

/// The child's exit code; −1 if a signal ended it.
inline int wait_for_child(pid_t child) {
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

inline int in_child(const std::function<int()>& action) {
    return wait_for_child(start_child(action));
}

/// For child processes: puts an empty file system of `kilobytes` on the folder, seen by this process only. False if
/// that is not allowed here (it takes root).
inline bool mount_small_disk(const std::filesystem::path& folder, int kilobytes) {
    const std::string size = "size=" + std::to_string(kilobytes) + "k";
    return ::unshare(CLONE_NEWNS) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           ::mount("tmpfs", folder.c_str(), "tmpfs", 0, size.c_str()) == 0;
}

/// What mount_small_disk() has no right to do is no failure of a test.
inline constexpr int no_mount = 77;

/// Root may write anywhere: becomes nobody. For child processes.
inline bool give_up_root() {
    constexpr uid_t nobody = 65534;
    return ::geteuid() != 0 || ::setuid(nobody) == 0;
}

/// Files of this process may not grow beyond so many bytes while this lives.
class FileSizeLimit {
   public:
    explicit FileSizeLimit(rlim_t bytes) {
        ::getrlimit(RLIMIT_FSIZE, &m_old);
        const rlimit limit{bytes, m_old.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &m_old); }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

   private:
    rlimit m_old{};
};

/// A pipe through which a child tells how far it is.
class ProgressPipe {
   public:
    ProgressPipe() { m_open = ::pipe(m_ends) == 0; }
    ~ProgressPipe() {
        if (!m_open) return;
        ::close(m_ends[0]);
        ::close(m_ends[1]);
    }
    ProgressPipe(const ProgressPipe&) = delete;
    ProgressPipe& operator=(const ProgressPipe&) = delete;

    void tell() const {
        const char mark = '.';
        if (::write(m_ends[1], &mark, 1) != 1) ::_exit(97);
    }
    /// Waits until tell() was called so many more times.
    bool wait(int times) const {
        char mark = 0;
        for (int i = 0; i < times; ++i) {
            if (::read(m_ends[0], &mark, 1) != 1) return false;
        }
        return true;
    }

   private:
    int m_ends[2]{};
    bool m_open = false;
};

}  // namespace normscope::testing
