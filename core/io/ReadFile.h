// Reading whole files that users name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace normscope::io {

/// All bytes of a regular file (symbolic links are followed). Folders, devices and FIFOs are refused without
/// waiting for them; nothing is allocated for a file larger than `max_bytes`.
/// Throws InputError if the file is missing, unreadable, not regular or too large; WorkError if reading fails.
std::vector<std::byte> read_file(const std::filesystem::path& path, std::uint64_t max_bytes);

/// The same bytes seen as text.
inline std::string_view as_text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The same text seen as bytes.
inline std::span<const std::byte> as_bytes(std::string_view text) {
    return std::as_bytes(std::span(text));
}

}  // namespace normscope::io
