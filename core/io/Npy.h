// NumPy's file for one array: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, version 1.0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace normscope::io {

/// Bytes of a .npy file: float32, little-endian, C order. Throws std::invalid_argument if values and dims disagree.
std::vector<std::byte> npy_bytes(std::span<const float> values, std::span<const std::int64_t> dims);

/// Writes it. Throws InputError or WorkError as AtomicFile does.
void write_npy(const std::filesystem::path& path, std::span<const float> values, std::span<const std::int64_t> dims);

}  // namespace normscope::io
