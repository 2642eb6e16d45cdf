// Reading: parse_safetensors() of Safetensors.h.
#include "core/Error.h"
#include "core/io/CheckedMath.h"
#include "core/io/FileKind.h"
#include "core/io/Json.h"
#include "core/io/MessageText.h"
#include "core/io/ReadFile.h"
#include "core/io/Safetensors.h"

#include <algorithm>
#include <array>
#include <tuple>

#include <nlohmann/json.hpp>

namespace normscope::io {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t length_bytes = 8;
constexpr std::size_t max_dims = 8;
constexpr std::size_t shown_name = 200;

/// A tensor as the header describes it.
struct Record {
    TensorEntry tensor;
    std::uint64_t begin;  ///< in the data that follows the header
    std::uint64_t end;
};

class Parser {
   public:
    Parser(std::span<const std::byte> bytes, std::string_view file_name) : m_bytes(bytes), m_file_name(file_name) {}

    SafetensorsContent parse() {
        const std::span<const std::byte> header = header_bytes();
        const Json root = parse_json(as_text(header), m_file_name + ", header");
        if (!root.is_object()) refuse("the header is not a JSON object");
        for (const auto& [name, value] : root.items()) {
            if (name == "__metadata__") {
                read_metadata(value);
            } else {
                m_records.push_back(read_record(name, value));
            }
        }
        m_data = m_bytes.subspan(length_bytes + header.size());
        attach_data();
        return std::move(m_content);
    }

   private:
    std::span<const std::byte> header_bytes() const {
        if (m_bytes.empty()) refuse("the file is empty");
        if (m_bytes.size() < length_bytes) refuse_kind("it ends within its first 8 bytes");
        std::uint64_t length = 0;
        for (std::size_t i = 0; i < length_bytes; ++i) length |= std::to_integer<std::uint64_t>(m_bytes[i]) << (8 * i);
        const std::uint64_t rest = m_bytes.size() - length_bytes;
        if (length > rest) {
            refuse_kind("its header should have " + std::to_string(length) + " bytes, but only " +
                        std::to_string(rest) + " follow");
        }
        if (length > max_safetensors_header) {
            refuse_kind("its header should have " + std::to_string(length) + " bytes, and at most " +
                        std::to_string(max_safetensors_header) + " are accepted");
        }
        if (length == 0 || m_bytes[length_bytes] != std::byte{'{'}) refuse_kind("its header does not begin with '{'");
        return m_bytes.subspan(length_bytes, static_cast<std::size_t>(length));
    }

    void read_metadata(const Json& value) {
        if (!value.is_object()) refuse("\"__metadata__\" is not an object");
        for (const auto& [key, text] : value.items()) {
            if (!text.is_string())
                refuse("\"__metadata__\", key " + in_quotes(key, shown_name) + ": the value is not a text");
            m_content.metadata.emplace(key, text.get_ref<const std::string&>());
        }
    }

    Record read_record(const std::string& name, const Json& value) const {
        if (!value.is_object()) refuse(name, "its description is not an object");
        for (const auto& [key, unused] : value.items()) {
            if (key != "dtype" && key != "shape" && key != "data_offsets") {
                refuse(name, "the key " + in_quotes(key, shown_name) + " is unknown");
            }
        }
        Record record{{name, read_type(name, value), read_shape(name, value), {}}, 0, 0};
        std::tie(record.begin, record.end) = read_offsets(name, value);
        const auto elements = checked_element_count(record.tensor.dims);
        const auto size = elements ? checked_product(*elements, size_of(record.tensor.type)) : std::nullopt;
        if (!size) refuse(name, "its shape has more elements than any memory");
        if (*size != record.end - record.begin) {
            refuse(name, "its shape needs " + std::to_string(*size) + " bytes, but its offsets span " +
                             std::to_string(record.end - record.begin));
        }
        return record;
    }

    const Json& member(const std::string& name, const Json& value, const char* key) const {
        const auto found = value.find(key);
        if (found == value.end()) refuse(name, "\"" + std::string(key) + "\" is missing");
        return *found;
    }

    TensorType read_type(const std::string& name, const Json& value) const {
        const Json& type = member(name, value, "dtype");
        if (!type.is_string()) refuse(name, "\"dtype\" is not a text");
        const auto& text = type.get_ref<const std::string&>();
        if (const auto known = tensor_type_of(text)) return *known;
        constexpr std::array<std::string_view, 4> others{"C64", "F8_E4M3", "F8_E5M2", "F4"};
        const bool is_known = std::find(others.begin(), others.end(), text) != others.end();
        refuse(name, "its dtype " + in_quotes(text, shown_name) +
                         (is_known ? " is not read by this version, which reads floats of 16 bits and more and integers"
                                   : " is unknown"));
    }

    std::vector<std::int64_t> read_shape(const std::string& name, const Json& value) const {
        const Json& shape = member(name, value, "shape");
        if (!shape.is_array()) refuse(name, "\"shape\" is not an array");
        if (shape.size() > max_dims) {
            refuse(name, "its shape has " + std::to_string(shape.size()) + " dimensions, and at most " +
                             std::to_string(max_dims) + " are accepted");
        }
        std::vector<std::int64_t> dims;
        for (const Json& dim : shape) dims.push_back(static_cast<std::int64_t>(read_size(name, "shape", dim)));
        return dims;
    }

    std::pair<std::uint64_t, std::uint64_t> read_offsets(const std::string& name, const Json& value) const {
        const Json& offsets = member(name, value, "data_offsets");
        if (!offsets.is_array() || offsets.size() != 2) refuse(name, "\"data_offsets\" is not an array of two numbers");
        const std::uint64_t begin = read_size(name, "data_offsets", offsets[0]);
        const std::uint64_t end = read_size(name, "data_offsets", offsets[1]);
        if (begin > end)
            refuse(name, "it ends at " + std::to_string(end) + " before it begins at " + std::to_string(begin));
        return {begin, end};
    }

    /// A whole number 0 … 2^63 − 1.
    std::uint64_t read_size(const std::string& name, const std::string& key, const Json& value) const {
        if (!value.is_number_unsigned() || value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX)) {
            refuse(name, "\"" + key + "\" holds something else than whole numbers from 0 to 2^63 − 1");
        }
        return value.get<std::uint64_t>();
    }

    void attach_data() {
        std::stable_sort(m_records.begin(), m_records.end(), [](const Record& a, const Record& b) {
            return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
        });
        std::uint64_t offset = 0;
        for (Record& record : m_records) {
            const std::string& name = record.tensor.name;
            if (record.begin != offset) {
                refuse(name, "it begins at byte " + std::to_string(record.begin) +
                                 " of the data, and the tensors before it end at " + std::to_string(offset));
            }
            if (record.end > m_data.size()) {
                refuse(name, "it ends at byte " + std::to_string(record.end) + " of the data, which has only " +
                                 std::to_string(m_data.size()) + "; the file is cut");
            }
            offset = record.end;
        }
        if (offset != m_data.size()) {
            refuse(std::to_string(m_data.size() - offset) + " bytes follow the last tensor");
        }
        for (Record& record : m_records) {
            record.tensor.bytes = m_data.subspan(static_cast<std::size_t>(record.begin),
                                                 static_cast<std::size_t>(record.end - record.begin));
            m_content.tensors.push_back(std::move(record.tensor));
        }
    }

    [[noreturn]] void refuse(const std::string& reason) const {
        throw InputError(m_file_name + " is not a usable safetensors file: " + reason + '.');
    }
    [[noreturn]] void refuse(const std::string& tensor, const std::string& reason) const {
        refuse("tensor " + in_quotes(tensor, shown_name) + ": " + reason);
    }
    /// The start is wrong already: perhaps it is another kind of file.
    [[noreturn]] void refuse_kind(const std::string& reason) const {
        const auto kind = recognise_file(m_bytes);
        refuse(kind ? "it looks like " + std::string(*kind) : reason);
    }

    std::span<const std::byte> m_bytes;
    std::string m_file_name;
    std::span<const std::byte> m_data;
    std::vector<Record> m_records;
    SafetensorsContent m_content;
};

}  // namespace

SafetensorsContent parse_safetensors(std::span<const std::byte> bytes, std::string_view file_name) {
    return Parser(bytes, file_name).parse();
}

}  // namespace normscope::io
