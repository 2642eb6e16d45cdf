// Element types of Safetensors.h.
#include "core/io/Safetensors.h"

#include <Eigen/Core>

#include <algorithm>
#include <array>
#include <cstring>

namespace normscope::io {
namespace {

struct TypeInfo {
    TensorType type;
    std::string_view name;
    std::size_t size;
};

constexpr std::array<TypeInfo, 13> types{{{TensorType::f32, "F32", 4},
                                          {TensorType::f64, "F64", 8},
                                          {TensorType::f16, "F16", 2},
                                          {TensorType::bf16, "BF16", 2},
                                          {TensorType::i64, "I64", 8},
                                          {TensorType::i32, "I32", 4},
                                          {TensorType::i16, "I16", 2},
                                          {TensorType::i8, "I8", 1},
                                          {TensorType::u64, "U64", 8},
                                          {TensorType::u32, "U32", 4},
                                          {TensorType::u16, "U16", 2},
                                          {TensorType::u8, "U8", 1},
                                          {TensorType::boolean, "BOOL", 1}}};

const TypeInfo& info_of(TensorType type) {
    return *std::ranges::find(types, type, &TypeInfo::type);
}

template <class T>
std::vector<double> doubles_of(std::span<const std::byte> bytes) {
    std::vector<double> values(bytes.size() / sizeof(T));
    for (std::size_t i = 0; i < values.size(); ++i) {
        T value;
        std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
        values[i] = static_cast<double>(value);
    }
    return values;
}

}  // namespace

std::string_view name_of(TensorType type) {
    return info_of(type).name;
}

std::size_t size_of(TensorType type) {
    return info_of(type).size;
}

std::optional<TensorType> tensor_type_of(std::string_view name) {
    const auto found = std::ranges::find(types, name, &TypeInfo::name);
    return found == types.end() ? std::nullopt : std::optional(found->type);
}

std::vector<double> values_of(const TensorEntry& tensor) {
    switch (tensor.type) {
        case TensorType::f32: return doubles_of<float>(tensor.bytes);
        case TensorType::f64: return doubles_of<double>(tensor.bytes);
        case TensorType::f16: return doubles_of<Eigen::half>(tensor.bytes);
        case TensorType::bf16: return doubles_of<Eigen::bfloat16>(tensor.bytes);
        case TensorType::i64: return doubles_of<std::int64_t>(tensor.bytes);
        case TensorType::i32: return doubles_of<std::int32_t>(tensor.bytes);
        case TensorType::i16: return doubles_of<std::int16_t>(tensor.bytes);
        case TensorType::i8: return doubles_of<std::int8_t>(tensor.bytes);
        case TensorType::u64: return doubles_of<std::uint64_t>(tensor.bytes);
        case TensorType::u32: return doubles_of<std::uint32_t>(tensor.bytes);
        case TensorType::u16: return doubles_of<std::uint16_t>(tensor.bytes);
        case TensorType::u8:
        case TensorType::boolean: return doubles_of<std::uint8_t>(tensor.bytes);
    }
    return {};
}

}  // namespace normscope::io
