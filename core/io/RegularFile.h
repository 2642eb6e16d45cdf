// Looking into files that users name, without trusting them to be files.
#pragma once

#include "core/io/FileDescriptor.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace normscope::io {

/// An open file and its size in bytes at that moment.
struct RegularFile {
    FileDescriptor descriptor;
    std::uint64_t size = 0;
};

/// Opens a regular file for reading (symbolic links are followed). Folders, devices and FIFOs are refused without
/// opening or waiting for them. Throws InputError; WorkError if the system fails (too many open files).
RegularFile open_regular_file(const std::filesystem::path& path);

/// Fills `target` from where the file was last read to; returns the bytes read, fewer only at the end of the file.
/// `path` is for messages. Throws WorkError if reading fails.
std::size_t read_fully(const RegularFile& file, std::span<std::byte> target, const std::filesystem::path& path);

/// What a file begins with.
struct FileStart {
    std::vector<std::byte> bytes;  ///< the first ones, all of them if the file is short
    std::uint64_t size = 0;        ///< of the whole file
};

/// The first `count` bytes of a regular file: enough to know what it is before any room is made for all of it.
/// Throws as open_regular_file does; WorkError if reading fails.
FileStart read_file_start(const std::filesystem::path& path, std::size_t count);

}  // namespace normscope::io
