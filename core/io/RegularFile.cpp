#include "core/io/RegularFile.h"

#include "core/Error.h"
#include "core/io/MessageText.h"
#include "core/io/SystemError.h"

#include <algorithm>
#include <cerrno>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>

namespace normscope::io {
namespace {

constexpr std::string_view failed = "Could not read";

void require_regular(const std::filesystem::path& path, const struct stat& status) {
    if (S_ISREG(status.st_mode)) return;
    throw InputError("Could not read " + in_quotes(path.native()) + ": it is " +
                     std::string(file_type_name(status.st_mode)) + ", not a regular file.");
}

}  // namespace

RegularFile open_regular_file(const std::filesystem::path& path) {
    struct stat status {};
    // Asked before opening: opening a device can already do something.
    if (::stat(path.c_str(), &status) != 0) throw_system_error(failed, path, errno);
    require_regular(path, status);
    RegularFile file{FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)), 0};
    if (!file.descriptor.is_open()) throw_system_error(failed, path, errno);
    if (::fstat(file.descriptor.get(), &status) != 0) throw_system_error(failed, path, errno);
    require_regular(path, status);
    file.size = static_cast<std::uint64_t>(status.st_size);
    return file;
}

std::size_t read_fully(const RegularFile& file, std::span<std::byte> target, const std::filesystem::path& path) {
    std::size_t done = 0;
    while (done < target.size()) {
        const auto count = ::read(file.descriptor.get(), target.data() + done, target.size() - done);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw_system_error(failed, path, errno);
        if (count == 0) break;
        done += static_cast<std::size_t>(count);
    }
    return done;
}

FileStart read_file_start(const std::filesystem::path& path, std::size_t count) {
    const RegularFile file = open_regular_file(path);
    FileStart start{std::vector<std::byte>(static_cast<std::size_t>(std::min<std::uint64_t>(count, file.size))),
                    file.size};
    start.bytes.resize(read_fully(file, start.bytes, path));  // fewer if it was cut meanwhile
    return start;
}

}  // namespace normscope::io
