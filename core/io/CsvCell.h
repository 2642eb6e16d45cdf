// Text as one cell of a CSV file.
#pragma once

#include <string>
#include <string_view>

namespace normscope::io {

/// Quoted as RFC 4180 asks (comma, quote, line break). A text that a spreadsheet would take for a formula (it begins
/// with = + - @ tab or carriage return) gets an apostrophe in front. For texts only: negative numbers are written as
/// they are.
std::string csv_cell(std::string_view text);

}  // namespace normscope::io
