#include "core/io/ReadFile.h"

#include "core/Error.h"
#include "core/io/MessageText.h"
#include "core/io/RegularFile.h"

#include <string>

namespace normscope::io {

std::vector<std::byte> read_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
    const RegularFile file = open_regular_file(path);
    const auto refuse_size = [&](std::uint64_t size) {
        throw InputError("Could not read " + in_quotes(path.native()) + ": it holds " + std::to_string(size) +
                         " bytes or more, and at most " + std::to_string(max_bytes) + " are accepted here.");
    };
    if (file.size > max_bytes) refuse_size(file.size);
    // One byte more than announced tells the end; files of /proc announce nothing, and others may grow meanwhile.
    std::vector<std::byte> bytes(static_cast<std::size_t>(file.size) + 1);
    std::size_t used = read_fully(file, bytes, path);
    while (used == bytes.size() && used <= max_bytes) {
        bytes.resize(used + used / 2 + 4096);
        used += read_fully(file, std::span(bytes).subspan(used), path);
    }
    if (used > max_bytes) refuse_size(used);
    bytes.resize(used);
    return bytes;
}

}  // namespace normscope::io
