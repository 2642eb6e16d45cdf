// Named tensors in a file that any framework reads: https://huggingface.co/docs/safetensors (format description).
//
//     u64 little-endian    N, the length of the header
//     N bytes              JSON: {"__metadata__": {text: text}, name: {"dtype", "shape", "data_offsets"}, …}, spaces
//     the rest             the tensors, little-endian, row-major, without holes
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace normscope::io {

/// Element types this version reads; it writes f32, f64 and i64.
enum class TensorType { f32, f64, f16, bf16, i64, i32, i16, i8, u64, u32, u16, u8, boolean };

/// "F32", "BF16", "I64", "BOOL", …, as in the file.
std::string_view name_of(TensorType type);
/// The type of that name, or none.
std::optional<TensorType> tensor_type_of(std::string_view name);
/// Bytes of one element.
std::size_t size_of(TensorType type);

/// One tensor. The bytes belong to someone else: to the caller who saves, to the file's bytes when read. They need not
/// be aligned: copy them with memcpy.
struct TensorEntry {
    std::string name;
    TensorType type = TensorType::f32;
    std::vector<std::int64_t> dims;  ///< as PyTorch orders them (OIHW …); empty for a scalar
    std::span<const std::byte> bytes;
};

/// Free text beside the tensors.
using TensorMetadata = std::map<std::string, std::string>;

/// Its elements in their order, rounded to double where they do not fit (64-bit integers).
std::vector<double> values_of(const TensorEntry& tensor);

struct SafetensorsContent {
    std::vector<TensorEntry> tensors;  ///< in the order of their bytes
    TensorMetadata metadata;
};

/// Largest accepted header. (Hugging Face's own readers accept 100 MB; a checkpoint of a thousand tensors has 100 KB.)
inline constexpr std::size_t max_safetensors_header = 8U << 20;

/// Bytes of a file. Tensors keep their order, except that those of 8-byte elements come before those of 4-byte elements
/// (as Hugging Face's writer does): PyTorch cannot view a tensor that is not aligned to its elements.
/// Throws std::invalid_argument if a name repeats or is "__metadata__", a text is not UTF-8, or bytes and dims
/// disagree.
std::vector<std::byte> serialize(const std::vector<TensorEntry>& tensors, const TensorMetadata& metadata = {});

/// The content of a file. Everything is checked before a tensor is made: lengths, unique keys, types, shapes (64-bit
/// products without overflow), offsets that start at 0, leave no hole, do not overlap and end with the file.
/// The entries' bytes point into `bytes`. Throws InputError naming `file_name`, the tensor and the reason; files of
/// other kinds (pickles, ONNX, pictures) are recognised.
SafetensorsContent parse_safetensors(std::span<const std::byte> bytes, std::string_view file_name);

}  // namespace normscope::io
