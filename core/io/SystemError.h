// What the operating system refused, as a sentence.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace normscope::io {

/// The reason behind an errno value in words that continue a sentence, e.g. "the disk is full".
std::string reason_of(int error_number);

/// Throws `What "path": reason.` as InputError where another path would do (missing, not allowed, name too long)
/// and as WorkError where the work itself failed (disk full, input/output error, too many open files).
[[noreturn]] void throw_system_error(std::string_view what, const std::filesystem::path& path, int error_number);

/// What is at a path that is not a regular file, e.g. "a folder"; `mode` is stat's st_mode.
std::string_view file_type_name(unsigned mode);

}  // namespace normscope::io
