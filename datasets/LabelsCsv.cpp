#include "datasets/LabelsCsv.h"

#include "core/Error.h"
#include "core/io/MessageText.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <optional>
#include <span>

namespace normscope::datasets {
namespace {

using Row = std::vector<std::string>;

constexpr std::array<std::string_view, 6> file_columns{"filename", "file", "file_name", "image", "path", "name"};
constexpr std::array<std::string_view, 4> label_columns{"label", "class", "category", "target"};
constexpr std::string_view blank = " \t";

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(blank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

/// Takes a CSV text apart, row by row.
class CsvText {
   public:
    CsvText(std::string_view text, std::string_view file_name) : m_text(text), m_file_name(file_name) {
        constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
        if (m_text.starts_with(byte_order_mark)) m_text.remove_prefix(byte_order_mark.size());
    }

    /// Line on which the last row began.
    std::size_t line() const { return m_row_line; }

    /// The next row that is not empty; false at the end.
    bool next(Row& row) {
        while (!m_text.empty()) {
            m_row_line = m_line;
            row.clear();
            do row.push_back(cell());
            while (take(','));
            end_line();
            if (row.size() > 1 || !row[0].empty()) return true;
        }
        return false;
    }

    [[noreturn]] void refuse(const std::string& reason) const {
        throw InputError(std::string(m_file_name) + ", line " + std::to_string(m_row_line) + ": " + reason + '.');
    }

   private:
    std::string cell() {
        const auto start = m_text.find_first_not_of(blank);
        if (start != std::string_view::npos && m_text[start] == '"') {
            m_text.remove_prefix(start + 1);
            return quoted();
        }
        const auto end = std::min(m_text.find_first_of(",\r\n"), m_text.size());
        const auto text = trimmed(m_text.substr(0, end));
        m_text.remove_prefix(end);
        return std::string(text);
    }

    std::string quoted() {
        std::string text;
        while (true) {
            const auto quote = m_text.find('"');
            if (quote == std::string_view::npos) refuse("a quoted cell does not end");
            text += m_text.substr(0, quote);
            m_line += static_cast<std::size_t>(std::count(m_text.begin(), m_text.begin() + quote, '\n'));
            m_text.remove_prefix(quote + 1);
            if (!take('"')) break;
            text += '"';
        }
        const auto next = std::min(m_text.find_first_not_of(blank), m_text.size());
        m_text.remove_prefix(next);
        if (!m_text.empty() && std::string_view(",\r\n").find(m_text[0]) == std::string_view::npos) {
            refuse("something follows the closing quote of a cell");
        }
        return text;
    }

    void end_line() {
        take('\r');
        take('\n');
        ++m_line;
    }

    bool take(char wanted) {
        if (m_text.empty() || m_text[0] != wanted) return false;
        m_text.remove_prefix(1);
        return true;
    }

    std::string_view m_text;
    std::string_view m_file_name;
    std::size_t m_line = 1;
    std::size_t m_row_line = 1;
};

struct Columns {
    std::size_t file = 0;
    std::size_t label = 1;
    std::optional<std::size_t> count;  ///< of every row; none: at least what is needed
};

std::optional<std::size_t> find_column(const Row& row, std::span<const std::string_view> names) {
    for (std::size_t i = 0; i < row.size(); ++i) {
        std::string cell = row[i];
        std::transform(cell.begin(), cell.end(), cell.begin(),
                       [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
        if (std::find(names.begin(), names.end(), cell) != names.end()) return i;
    }
    return std::nullopt;
}

/// The columns that a header names; nothing if the row is no header.
std::optional<Columns> columns_of(const Row& row, const CsvText& text) {
    const auto file = find_column(row, file_columns);
    if (!file) return std::nullopt;
    if (const auto label = find_column(row, label_columns)) return Columns{*file, *label, std::nullopt};
    if (row.size() == 2) return Columns{*file, 1 - *file, std::nullopt};
    text.refuse("the header names no column \"label\"");
}

LabelRow label_row(const Row& row, const Columns& columns, const CsvText& text) {
    const std::size_t needed = columns.count.value_or(std::max(columns.file, columns.label) + 1);
    if (row.size() < needed || (columns.count && row.size() != *columns.count)) {
        text.refuse("it has " + std::to_string(row.size()) + (row.size() == 1 ? " column" : " columns") +
                    "; a file name and a label are needed, separated by a comma");
    }
    LabelRow result{row[columns.file], row[columns.label], text.line()};
    for (const std::string* cell : {&result.file, &result.label}) {
        if (cell->empty()) text.refuse(cell == &result.file ? "the file name is empty" : "the label is empty");
        if (!io::is_valid_utf8(*cell) || cell->find('\0') != std::string::npos) text.refuse("it is no UTF-8 text");
    }
    return result;
}

std::optional<std::uint64_t> whole_number(const std::string& text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

std::vector<LabelRow> parse_labels_csv(std::string_view csv, std::string_view file_name) {
    CsvText text(csv, file_name);
    std::vector<LabelRow> rows;
    Columns columns{0, 1, 2};
    Row row;
    for (bool first = true; text.next(row); first = false) {
        if (first) {
            if (const auto named = columns_of(row, text)) {
                columns = *named;
                continue;
            }
        }
        rows.push_back(label_row(row, columns, text));
    }
    if (rows.empty()) throw InputError(std::string(file_name) + " names no file.");
    return rows;
}

std::vector<std::string> sorted_labels(const std::vector<LabelRow>& rows) {
    std::vector<std::string> labels;
    labels.reserve(rows.size());
    for (const auto& row : rows) labels.push_back(row.label);
    std::sort(labels.begin(), labels.end());
    labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
    if (std::all_of(labels.begin(), labels.end(), [](const auto& label) { return whole_number(label).has_value(); })) {
        std::stable_sort(labels.begin(), labels.end(),
                         [](const auto& a, const auto& b) { return *whole_number(a) < *whole_number(b); });
    }
    return labels;
}

}  // namespace normscope::datasets
