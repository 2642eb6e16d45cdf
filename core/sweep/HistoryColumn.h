// Single columns of history.csv and measured.csv.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace normscope::sweep {

/// Values of one column by step; rows where the cell is empty are left out.
struct HistoryColumn {
    std::vector<std::int64_t> steps;
    std::vector<double> values;
};

/// Column names of the first line.
std::vector<std::string> csv_columns(std::string_view csv);

/// The named columns of a file with a column "step", each in one pass over the bytes. A column that the file does not
/// have is empty. Throws InputError with `file_name` and line for what is not such a file.
std::vector<HistoryColumn> parse_history(std::string_view csv, std::string_view file_name,
                                         const std::vector<std::string>& columns);

/// From a run's measured.csv if that has it, else from its history.csv. Empty if there is none; throws InputError for
/// files that are damaged or beyond 4 GiB.
std::vector<HistoryColumn> read_history(const std::filesystem::path& run_folder,
                                        const std::vector<std::string>& columns);

}  // namespace normscope::sweep
