#include "core/io/AtomicFolder.h"

#include "core/Error.h"
#include "core/io/AtomicFile.h"
#include "core/io/FileDescriptor.h"
#include "core/io/MessageText.h"
#include "core/io/SystemError.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <random>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace normscope::io {
namespace {

namespace fs = std::filesystem;

/// A folder beside the target, removed unless it is given up.
class TemporaryFolder {
   public:
    TemporaryFolder(const fs::path& parent, const fs::path& requested) {
        constexpr int attempts = 100;
        for (int attempt = 0; attempt < attempts; ++attempt) {
            std::random_device random;
            std::array<char, 32> name{};
            std::snprintf(name.data(), name.size(), ".normscope-%08x.tmp", static_cast<unsigned>(random()));
            m_path = parent / name.data();
            if (::mkdir(m_path.c_str(), 0777) == 0) return;  // the umask takes its share
            if (errno != EEXIST) break;
        }
        throw_system_error("Could not save", requested, errno);
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        fs::remove_all(m_path, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const fs::path& path() const { return m_path; }

   private:
    fs::path m_path;
};

/// Where links lead, without a slash at the end.
fs::path resolved(const fs::path& target) {
    if (target.empty()) throw InputError("Could not save: the folder's name is empty.");
    std::error_code error;
    fs::path path = fs::weakly_canonical(fs::absolute(target), error);
    if (error) throw_system_error("Could not save", target, error.value());
    if (!path.has_filename()) path = path.parent_path();
    if (path == path.root_path()) {
        throw InputError("Could not save " + in_quotes(target.native()) + ": it is the root of all folders.");
    }
    return path;
}

/// Messages name the file as it is going to be called.
void write_inside(const fs::path& made, const FolderFile& file, const fs::path& target) {
    const auto final_text = [&](std::string text) {
        const auto found = text.find(made.native());
        if (found != std::string::npos) text.replace(found, made.native().size(), target.native());
        return text;
    };
    try {
        write_file(made / file.name, file.bytes);
    } catch (const InputError& error) {
        throw InputError(final_text(error.what()));
    } catch (const WorkError& error) {
        throw WorkError(final_text(error.what()));
    }
}

void sync_folder(const fs::path& folder) {
    const FileDescriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (descriptor.is_open()) ::fsync(descriptor.get());  // not all file systems can
}

/// Swaps the two folders; true if afterwards `made` holds the old one.
void put_in_place(const fs::path& made, const fs::path& target, const fs::path& requested) {
    struct stat status {};
    const bool exists = ::lstat(target.c_str(), &status) == 0;
    if (!exists && ::rename(made.c_str(), target.c_str()) == 0) return;
    if (exists && ::renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) == 0) return;
    if (!exists || (errno != EINVAL && errno != ENOSYS)) throw_system_error("Could not save", requested, errno);
    // A file system that cannot swap: two steps, taken back if the second one fails.
    const fs::path aside = made.native() + ".old";
    if (::rename(target.c_str(), aside.c_str()) != 0) throw_system_error("Could not save", requested, errno);
    if (::rename(made.c_str(), target.c_str()) != 0) {
        const int error_number = errno;
        ::rename(aside.c_str(), target.c_str());
        throw_system_error("Could not save", requested, error_number);
    }
    ::rename(aside.c_str(), made.c_str());
}

void check_target(const fs::path& target, const fs::path& requested, const FolderCheck& may_replace) {
    struct stat status {};
    if (::lstat(target.c_str(), &status) != 0) {
        if (errno == ENOENT) return;
        throw_system_error("Could not save", requested, errno);
    }
    if (!S_ISDIR(status.st_mode)) {
        throw InputError("Could not save " + in_quotes(requested.native()) + ": it is no folder.");
    }
    std::error_code error;
    const bool is_empty = fs::is_empty(target, error);
    if (error) throw_system_error("Could not save", requested, error.value());
    if (!is_empty) may_replace(target);
}

}  // namespace

void write_folder(const fs::path& requested, const std::vector<FolderFile>& files, const FolderCheck& may_replace) {
    const fs::path target = resolved(requested);
    check_target(target, requested, may_replace);
    struct stat status {};
    if (::stat(target.parent_path().c_str(), &status) != 0) {
        throw InputError("Could not save " + in_quotes(requested.native()) + ": the folder " +
                         in_quotes(target.parent_path().native()) + " does not exist.");
    }
    const TemporaryFolder made(target.parent_path(), requested);
    for (const auto& file : files) write_inside(made.path(), file, target);
    sync_folder(made.path());
    check_target(target, requested, may_replace);  // it may have changed meanwhile
    put_in_place(made.path(), target, requested);
    sync_folder(target.parent_path());
}

}  // namespace normscope::io
