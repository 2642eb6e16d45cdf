#include "core/io/FileKind.h"

#include "core/io/ReadFile.h"

#include <array>

namespace normscope::io {
namespace {

using namespace std::string_view_literals;

struct Signature {
    std::string_view start;
    std::string_view kind;
};

constexpr std::array signatures{
    Signature{"PK\x03\x04"sv, "a ZIP archive, as PyTorch's .pt files are; save the weights as safetensors instead"},
    Signature{"\x89PNG\r\n\x1a\n"sv, "a PNG picture"},
    Signature{"\xff\xd8\xff"sv, "a JPEG picture"},
    Signature{"GIF8"sv, "a GIF picture"},
    Signature{"RIFF"sv, "a RIFF file, such as a WebP picture"},
    Signature{"\x1f\x8b"sv, "a gzip file"},
    Signature{"BZh"sv, "a bzip2 file"},
    Signature{"\xfd"
              "7zXZ\0"sv,
              "an xz file"},
    Signature{"\x28\xb5\x2f\xfd"sv, "a Zstandard file"},
    Signature{"\x93NUMPY"sv, "a NumPy .npy file"},
    Signature{"\x89HDF\r\n\x1a\n"sv, "an HDF5 file, as Keras saves them"},
    Signature{"%PDF"sv, "a PDF document"},
    Signature{"\0\0\x08\x01"sv, "an IDX file of labels"},
    Signature{"\0\0\x08\x03"sv, "an IDX file of images"},
};

/// A protobuf message whose field 1 (ir_version) is a small number and whose next field is one of ModelProto's.
bool looks_like_onnx(std::string_view text) {
    if (text.size() < 3 || text[0] != '\x08' || text[1] <= 0 || text[1] > 32) return false;
    return text[2] == '\x12' || text[2] == '\x1a' || text[2] == '\x3a' || text[2] == '\x42';
}

bool looks_like_pickle(std::string_view text) {
    return text.size() >= 2 && text[0] == '\x80' && text[1] >= 2 && text[1] <= 5;
}

bool looks_like_safetensors(std::string_view text) {
    return text.size() > 9 && text.substr(4, 4) == "\0\0\0\0"sv && text[8] == '{' && (text[9] == '"' || text[9] == '}');
}

}  // namespace

std::optional<std::string_view> recognise_file(std::span<const std::byte> bytes) {
    const std::string_view text = as_text(bytes);
    for (const auto& signature : signatures) {
        if (text.starts_with(signature.start)) return signature.kind;
    }
    if (looks_like_pickle(text))
        return "a Python pickle, as old PyTorch files are; save the weights as safetensors instead";
    if (looks_like_onnx(text)) return "an ONNX model";
    if (looks_like_safetensors(text)) return "a safetensors checkpoint";
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first != std::string_view::npos && text[first] == '{') return "a JSON file";
    return std::nullopt;
}

}  // namespace normscope::io
