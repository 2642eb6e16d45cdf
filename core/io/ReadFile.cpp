#include "core/io/ReadFile.h"

#include "core/Error.h"
#include "core/io/FileDescriptor.h"
#include "core/io/MessageText.h"
#include "core/io/SystemError.h"

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

/// Fills `target` from the file; returns the bytes read, fewer only at the end of the file.
std::size_t read_fully(int descriptor, std::span<std::byte> target, const std::filesystem::path& path) {
    std::size_t done = 0;
    while (done < target.size()) {
        const auto count = ::read(descriptor, target.data() + done, target.size() - done);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw_system_error(failed, path, errno);
        if (count == 0) break;
        done += static_cast<std::size_t>(count);
    }
    return done;
}

}  // namespace

std::vector<std::byte> read_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
    struct stat status {};
    // Asked before opening: opening a device can already do something.
    if (::stat(path.c_str(), &status) != 0) throw_system_error(failed, path, errno);
    require_regular(path, status);
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!file.is_open()) throw_system_error(failed, path, errno);
    if (::fstat(file.get(), &status) != 0) throw_system_error(failed, path, errno);
    require_regular(path, status);

    const auto refuse_size = [&](std::uint64_t size) {
        throw InputError("Could not read " + in_quotes(path.native()) + ": it holds " + std::to_string(size) +
                         " bytes or more, and at most " + std::to_string(max_bytes) + " are accepted here.");
    };
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (size > max_bytes) refuse_size(size);
    // One byte more than announced tells the end; files of /proc announce nothing, and others may grow meanwhile.
    std::vector<std::byte> bytes(static_cast<std::size_t>(size) + 1);
    std::size_t used = read_fully(file.get(), bytes, path);
    while (used == bytes.size() && used <= max_bytes) {
        bytes.resize(used + used / 2 + 4096);
        used += read_fully(file.get(), std::span(bytes).subspan(used), path);
    }
    if (used > max_bytes) refuse_size(used);
    bytes.resize(used);
    return bytes;
}

}  // namespace normscope::io
