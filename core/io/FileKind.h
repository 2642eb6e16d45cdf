// What a file is that was opened as something else.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace normscope::io {

/// The kind of file that `bytes` begin like, in words that follow "it looks like": "a PNG picture". Knows pickles and
/// PyTorch files, ONNX, common pictures, archives, NumPy, HDF5, IDX, safetensors and JSON; nothing if none fits.
/// Meant for messages about files that were refused, not for choosing a reader.
std::optional<std::string_view> recognise_file(std::span<const std::byte> bytes);

}  // namespace normscope::io
