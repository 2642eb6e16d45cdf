#include "core/io/CsvCell.h"

namespace normscope::io {

std::string csv_cell(std::string_view text) {
    std::string cell;
    if (!text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos) cell += '\'';
    cell += text;
    if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
    std::string quoted_cell = "\"";
    for (const char c : cell) {
        if (c == '"') quoted_cell += '"';
        quoted_cell += c;
    }
    return quoted_cell + '"';
}

}  // namespace normscope::io
