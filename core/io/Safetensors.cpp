#include "core/io/Safetensors.h"

#include "core/io/CheckedMath.h"
#include "core/io/MessageText.h"
#include "core/io/ReadFile.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace normscope::io {
namespace {

constexpr std::size_t alignment = 8;

void check_entry(const TensorEntry& tensor, std::set<std::string_view>& names) {
    if (!is_valid_utf8(tensor.name)) throw std::invalid_argument("a tensor's name is not UTF-8");
    if (tensor.name == "__metadata__" || !names.insert(tensor.name).second) {
        throw std::invalid_argument("tensor name " + in_quotes(tensor.name) + " is taken");
    }
    const auto elements = checked_element_count(tensor.dims);
    const auto bytes = elements ? checked_product(*elements, size_of(tensor.type)) : std::nullopt;
    if (!bytes || *bytes != tensor.bytes.size()) {
        throw std::invalid_argument("bytes and dims of tensor " + in_quotes(tensor.name) + " disagree");
    }
}

std::string header_of(const std::vector<const TensorEntry*>& tensors, const TensorMetadata& metadata) {
    nlohmann::ordered_json::object_t header;
    nlohmann::ordered_json::object_t::Container& members = header;  // names are known to differ
    if (!metadata.empty()) {
        nlohmann::ordered_json texts = nlohmann::ordered_json::object();
        for (const auto& [key, text] : metadata) {
            if (!is_valid_utf8(key) || !is_valid_utf8(text)) throw std::invalid_argument("metadata is not UTF-8");
            texts[key] = text;
        }
        members.emplace_back("__metadata__", std::move(texts));
    }
    std::uint64_t offset = 0;
    for (const TensorEntry* tensor : tensors) {
        const std::uint64_t end = offset + tensor->bytes.size();
        members.emplace_back(tensor->name, nlohmann::ordered_json{{"dtype", name_of(tensor->type)},
                                                                  {"shape", tensor->dims},
                                                                  {"data_offsets", {offset, end}}});
        offset = end;
    }
    std::string text = nlohmann::ordered_json(std::move(header)).dump();
    text.append((alignment - text.size() % alignment) % alignment, ' ');
    return text;
}

}  // namespace

std::vector<std::byte> serialize(const std::vector<TensorEntry>& tensors, const TensorMetadata& metadata) {
    std::set<std::string_view> names;
    std::vector<const TensorEntry*> ordered;
    std::size_t size = 0;
    for (const auto& tensor : tensors) {
        check_entry(tensor, names);
        ordered.push_back(&tensor);
        size += tensor.bytes.size();
    }
    std::stable_sort(ordered.begin(), ordered.end(),
                     [](const TensorEntry* a, const TensorEntry* b) { return size_of(a->type) > size_of(b->type); });
    const std::string header = header_of(ordered, metadata);

    std::vector<std::byte> file;
    file.reserve(sizeof(std::uint64_t) + header.size() + size);
    for (unsigned shift = 0; shift < 64; shift += 8)
        file.push_back(static_cast<std::byte>(std::uint64_t{header.size()} >> shift));
    const auto text = as_bytes(header);
    file.insert(file.end(), text.begin(), text.end());
    for (const TensorEntry* tensor : ordered) file.insert(file.end(), tensor->bytes.begin(), tensor->bytes.end());
    return file;
}

}  // namespace normscope::io
