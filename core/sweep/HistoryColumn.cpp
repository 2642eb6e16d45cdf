#include "core/sweep/HistoryColumn.h"

#include "core/Error.h"
#include "core/io/ReadFile.h"
#include "core/train/ExactText.h"

#include <algorithm>

namespace normscope::sweep {
namespace {

constexpr std::uint64_t max_history_bytes = std::uint64_t{4} << 30;

std::string_view take(std::string_view& rest, char separator) {
    const auto end = std::min(rest.find(separator), rest.size());
    const auto part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return part;
}

/// Index by column of the file; −1 where it is not asked for.
std::vector<int> wanted_columns(const std::vector<std::string>& names, const std::vector<std::string>& columns) {
    std::vector<int> wanted(names.size(), -1);
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto found = std::ranges::find(names, columns[i]);
        if (found != names.end()) wanted[static_cast<std::size_t>(found - names.begin())] = static_cast<int>(i);
    }
    // Behind the last one that is wanted, nothing is looked at.
    while (!wanted.empty() && wanted.back() < 0) wanted.pop_back();
    return wanted;
}

}  // namespace

std::vector<std::string> csv_columns(std::string_view csv) {
    std::vector<std::string> names;
    auto line = take(csv, '\n');
    while (!line.empty()) names.emplace_back(take(line, ','));
    return names;
}

std::vector<HistoryColumn> parse_history(std::string_view csv, std::string_view file_name,
                                         const std::vector<std::string>& columns) {
    const auto names = csv_columns(csv);
    if (names.empty() || names.front() != "step") {
        throw InputError(std::string(file_name) + ", line 1: the first column must be \"step\".");
    }
    const auto wanted = wanted_columns(names, columns);
    std::vector<HistoryColumn> result(columns.size());
    take(csv, '\n');
    for (std::size_t line_number = 2; !csv.empty(); ++line_number) {
        auto line = take(csv, '\n');
        const auto place = [&] { return std::string(file_name) + ", line " + std::to_string(line_number); };
        std::int64_t step = 0;
        bool has_cell = true;
        for (std::size_t column = 0; column < std::max<std::size_t>(wanted.size(), 1); ++column) {
            if (!has_cell) throw InputError(place() + ": the row is too short.");
            has_cell = line.find(',') != std::string_view::npos;  // is there one behind this?
            const auto cell = take(line, ',');
            if (column == 0) step = exact_integer(cell, place());
            if (column >= wanted.size() || wanted[column] < 0 || cell.empty()) continue;
            auto& values = result[static_cast<std::size_t>(wanted[column])];
            values.steps.push_back(step);
            values.values.push_back(exact_number(cell, place()));
        }
    }
    return result;
}

std::vector<HistoryColumn> read_history(const std::filesystem::path& run_folder,
                                        const std::vector<std::string>& columns) {
    std::vector<HistoryColumn> result(columns.size());
    for (const char* name : {"history.csv", "measured.csv"}) {
        const auto path = run_folder / name;
        std::error_code error;
        if (!std::filesystem::exists(path, error)) continue;
        const auto bytes = io::read_file(path, max_history_bytes);
        auto found = parse_history(io::as_text(bytes), path.native(), columns);
        for (std::size_t i = 0; i < columns.size(); ++i) {
            if (!found[i].steps.empty()) result[i] = std::move(found[i]);
        }
    }
    return result;
}

}  // namespace normscope::sweep
