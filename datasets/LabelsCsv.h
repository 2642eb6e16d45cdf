// labels.csv: which class each file of a flat folder belongs to.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace normscope::datasets {

struct LabelRow {
    std::string file;   ///< relative to the folder
    std::string label;  ///< the class's name
    std::size_t line;   ///< where the row begins, from 1
};

/// Reads two columns of a CSV file (RFC 4180: commas, quotes, CRLF or LF; UTF-8, with or without byte order mark). If
/// the first row has a column named filename, file, image, path or name, it is a header; the labels are then in the
/// column label, class, category or target, or in the other one of two. Without a header, each row is a file and its
/// label. Empty lines are passed over; spaces around unquoted cells do not count. Pure.
/// Throws InputError naming `file_name` and the line.
std::vector<LabelRow> parse_labels_csv(std::string_view text, std::string_view file_name);

/// The distinct labels: by value if all are whole numbers, else in the order of their bytes.
std::vector<std::string> sorted_labels(const std::vector<LabelRow>& rows);

}  // namespace normscope::datasets
