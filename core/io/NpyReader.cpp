#include "core/io/NpyReader.h"

#include "core/Error.h"
#include "core/io/CheckedMath.h"
#include "core/io/FileKind.h"
#include "core/io/MessageText.h"
#include "core/io/ReadFile.h"

#include <array>
#include <bit>
#include <charconv>
#include <cstring>

namespace normscope::io {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view magic = "\x93NUMPY"sv;
constexpr std::size_t max_dims = 32;  // NumPy's own limit
constexpr std::size_t shown_type = 40;

[[noreturn]] void refuse(std::string_view file_name, const std::string& reason) {
    throw InputError(std::string(file_name) + " is not a usable .npy file: " + reason + '.');
}

struct TypeName {
    char letter;
    std::string_view words;
};
constexpr std::array other_types{
    TypeName{'c', "complex numbers"}, TypeName{'S', "byte strings"}, TypeName{'a', "byte strings"},
    TypeName{'U', "texts"},           TypeName{'M', "dates"},        TypeName{'m', "time spans"},
    TypeName{'V', "raw records"},
};

/// "<f4" and the like, as numpy.dtype writes them.
NpyType type_of(std::string_view descr, std::string_view file_name) {
    const std::string_view all = descr;
    char order = '=';
    if (!descr.empty() && "<>=|"sv.find(descr[0]) != std::string_view::npos) {
        order = descr[0];
        descr.remove_prefix(1);
    }
    const char letter = descr.empty() ? '\0' : descr[0];
    if (letter == 'O') {
        refuse(file_name, "it holds pickled Python objects, which are never read because they can run any code");
    }
    for (const auto& type : other_types) {
        if (letter == type.letter) refuse(file_name, "it holds " + std::string(type.words) + ", not plain numbers");
    }
    const std::string_view digits = descr.empty() ? descr : descr.substr(1);
    const bool one_digit = digits.size() == 1;
    const bool integer_size = one_digit && "1248"sv.find(digits[0]) != std::string_view::npos;
    const bool big = order == '>' || (order != '<' && std::endian::native == std::endian::big);
    const auto size = one_digit ? static_cast<std::size_t>(digits[0] - '0') : 0;
    if (letter == 'b' && digits == "1") return {NpyKind::boolean, 1, big};
    if (letter == 'i' && integer_size) return {NpyKind::signed_integer, size, big};
    if (letter == 'u' && integer_size) return {NpyKind::unsigned_integer, size, big};
    if (letter == 'f' && (digits == "4" || digits == "8")) return {NpyKind::floating, size, big};
    if (letter == 'f' && digits == "2") refuse(file_name, "it holds 16-bit floats; save it as float32");
    refuse(file_name, "its type " + in_quotes(all, shown_type) + " is unknown");
}

/// Reads the one kind of Python literal that NumPy writes.
class HeaderParser {
   public:
    HeaderParser(std::string_view text, std::size_t offset, std::string_view file_name)
        : m_text(text), m_offset(offset), m_file_name(file_name) {}

    NpyHeader parse() {
        expect('{');
        while (!take('}')) {
            const std::string_view key = text_literal();
            expect(':');
            read_value(key);
            if (take(',')) continue;
            expect('}');
            break;
        }
        skip_space();
        if (m_at != m_text.size()) fail("something follows the header's closing '}'");
        if (!m_has_type || !m_has_order || !m_has_shape) fail("'descr', 'fortran_order' or 'shape' is missing");
        return std::move(m_header);
    }

   private:
    void read_value(std::string_view key) {
        if (key == "descr") {
            once(m_has_type);
            skip_space();
            if (peek() == '[') fail("its values are records of several fields");
            m_header.type = type_of(text_literal(), m_file_name);
        } else if (key == "fortran_order") {
            once(m_has_order);
            skip_space();
            if (take_word("True")) {
                m_header.fortran_order = true;
            } else if (!take_word("False")) {
                fail("'fortran_order' must be True or False");
            }
        } else if (key == "shape") {
            once(m_has_shape);
            read_shape();
        } else {
            fail("the key " + in_quotes(key, shown_type) + " is unknown");
        }
    }

    void read_shape() {
        expect('(');
        while (!take(')')) {
            if (m_header.dims.size() == max_dims) fail("it has more than 32 dimensions");
            m_header.dims.push_back(whole_number());
            if (take(',')) continue;
            // (3) is a number in Python, not a shape; NumPy writes (3,).
            if (m_header.dims.size() == 1) fail("'shape' must be a tuple such as (3,)");
            expect(')');
            break;
        }
    }

    std::int64_t whole_number() {
        skip_space();
        std::int64_t number = 0;
        const char* begin = m_text.data() + m_at;
        const auto [end, error] = std::from_chars(begin, m_text.data() + m_text.size(), number);
        if (error == std::errc::result_out_of_range) fail("a dimension does not fit into 63 bits");
        if (error != std::errc() || number < 0) fail("a dimension must be a whole number from 0 on");
        m_at += static_cast<std::size_t>(end - begin);
        if (peek() == 'L') ++m_at;  // Python 2 wrote (3L, 4L)
        return number;
    }

    std::string_view text_literal() {
        skip_space();
        const char quote = peek();
        if (quote != '\'' && quote != '"') fail("a text in quotes is missing");
        const auto end = m_text.find(quote, m_at + 1);
        if (end == std::string_view::npos) fail("a text does not end");
        const auto text = m_text.substr(m_at + 1, end - m_at - 1);
        if (text.find('\\') != std::string_view::npos) fail("a text holds a backslash");
        m_at = end + 1;
        return text;
    }

    void once(bool& seen) {
        if (seen) fail("a key stands twice");
        seen = true;
    }
    char peek() const { return m_at < m_text.size() ? m_text[m_at] : '\0'; }
    void skip_space() {
        while (m_at < m_text.size() && " \t\r\n"sv.find(m_text[m_at]) != std::string_view::npos) ++m_at;
    }
    bool take(char wanted) {
        skip_space();
        if (m_at >= m_text.size() || m_text[m_at] != wanted) return false;
        ++m_at;
        return true;
    }
    bool take_word(std::string_view word) {
        if (!m_text.substr(m_at).starts_with(word)) return false;
        m_at += word.size();
        return true;
    }
    void expect(char wanted) {
        if (!take(wanted)) fail(std::string("'") + wanted + "' is missing");
    }
    [[noreturn]] void fail(const std::string& reason) const {
        refuse(m_file_name, reason + " (byte " + std::to_string(m_offset + m_at) + ")");
    }

    std::string_view m_text;
    std::size_t m_offset;
    std::string_view m_file_name;
    std::size_t m_at = 0;
    NpyHeader m_header;
    bool m_has_type = false;
    bool m_has_order = false;
    bool m_has_shape = false;
};

std::uint64_t little_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i > 0; --i) value = value << 8 | static_cast<unsigned char>(bytes[i - 1]);
    return value;
}

std::uint64_t bits_of(const std::byte* value, const NpyType& type) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < type.size; ++i) {
        const std::size_t at = type.big_endian ? i : type.size - 1 - i;
        bits = bits << 8 | std::to_integer<std::uint64_t>(value[at]);
    }
    return bits;
}

void check_magic(std::string_view text, std::string_view file_name) {
    if (text.empty()) refuse(file_name, "the file is empty");
    if (text.starts_with("PK\x03\x04"sv)) {
        refuse(file_name, "it looks like a ZIP archive, as .npz files are; save each array with numpy.save");
    }
    if (!text.starts_with(magic)) {
        const auto kind = recognise_file(as_bytes(text));
        refuse(file_name, kind ? "it looks like " + std::string(*kind) : "it does not begin with \"\\x93NUMPY\"");
    }
}

}  // namespace

std::string to_string(const NpyType& type) {
    const std::string bits = std::to_string(type.size * 8) + "-bit ";
    switch (type.kind) {
        case NpyKind::boolean: return "booleans";
        case NpyKind::signed_integer: return bits + "integers";
        case NpyKind::unsigned_integer: return "unsigned " + bits + "integers";
        case NpyKind::floating: return bits + "floats";
    }
    return {};
}

NpyHeader parse_npy_header(std::span<const std::byte> start, std::string_view file_name) {
    const std::string_view text = as_text(start);
    check_magic(text, file_name);
    constexpr std::size_t before_length = 8;
    if (text.size() < before_length) refuse(file_name, "it ends within its first 8 bytes");
    const int version = static_cast<unsigned char>(text[6]);
    if (version < 1 || version > 3) {
        refuse(file_name, "its format version is " + std::to_string(version) + ", and 1 to 3 are read");
    }
    const std::size_t length_bytes = version == 1 ? 2 : 4;
    const std::size_t begin = before_length + length_bytes;
    if (text.size() < begin) refuse(file_name, "it ends within its first 12 bytes");
    const std::uint64_t length = little_endian(text.substr(before_length, length_bytes));
    if (length > max_npy_header - begin) {
        refuse(file_name, "its header of " + std::to_string(length) + " bytes is longer than any honest one");
    }
    if (length > text.size() - begin) refuse(file_name, "it is cut: it ends within its header");
    NpyHeader header = HeaderParser(text.substr(begin, length), begin, file_name).parse();
    header.header_size = begin + static_cast<std::size_t>(length);
    const auto values = checked_element_count(header.dims);
    const auto bytes = values ? checked_product(*values, header.type.size) : std::nullopt;
    if (!bytes || *bytes > static_cast<std::uint64_t>(INT64_MAX) - max_npy_header) {
        refuse(file_name, "its shape asks for more bytes than any disk has");
    }
    header.file_size = header.header_size + *bytes;
    return header;
}

void check_npy_size(const NpyHeader& header, std::uint64_t file_size, std::string_view file_name) {
    if (file_size == header.file_size) return;
    const std::string sizes = "its header asks for " + std::to_string(header.file_size) + " bytes in all, and it has " +
                              std::to_string(file_size);
    refuse(file_name, file_size < header.file_size ? "it is cut: " + sizes : "bytes follow its end: " + sizes);
}

double npy_number(const std::byte* value, const NpyType& type) {
    const std::uint64_t bits = bits_of(value, type);
    if (type.kind == NpyKind::floating) {
        if (type.size == sizeof(double)) return std::bit_cast<double>(bits);
        return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    }
    if (type.kind != NpyKind::signed_integer) return static_cast<double>(bits);
    return static_cast<double>(*npy_integer(value, type));
}

std::optional<std::int64_t> npy_integer(const std::byte* value, const NpyType& type) {
    const std::uint64_t bits = bits_of(value, type);
    if (type.kind == NpyKind::signed_integer) {
        const unsigned unused = 64 - 8 * static_cast<unsigned>(type.size);
        return static_cast<std::int64_t>(bits << unused) >> unused;
    }
    if (bits > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
    return static_cast<std::int64_t>(bits);
}

std::vector<std::int64_t> npy_strides(const NpyHeader& header) {
    const std::size_t count = header.dims.size();
    std::vector<std::int64_t> strides(count);
    if (header.file_size == header.header_size) return strides;
    auto stride = static_cast<std::int64_t>(header.type.size);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t dim = header.fortran_order ? i : count - 1 - i;
        strides[dim] = stride;
        stride *= header.dims[dim];
    }
    return strides;
}

}  // namespace normscope::io
