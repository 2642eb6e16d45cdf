#include "core/io/HistoryCsv.h"

#include "core/Error.h"
#include "core/io/CsvCell.h"
#include "core/io/MessageText.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string_view>

namespace normscope::io {
namespace {

constexpr std::size_t buffer_bytes = 256U << 10;

/// FNV-1a (Fowler, Noll, Vo), 64 bits.
constexpr std::uint64_t checksum_start = 0xcbf29ce484222325U;
std::uint64_t checksum(std::uint64_t sum, std::string_view bytes) {
    for (const char byte : bytes) sum = (sum ^ static_cast<unsigned char>(byte)) * 0x100000001b3U;
    return sum;
}
constexpr std::uint64_t shown_bits = ~std::uint64_t{0} >> 1;

std::string header_of(const telemetry::SeriesSchema& schema, const std::vector<std::string>& hyperparameter_keys) {
    std::string header = "step";
    for (const auto& key : hyperparameter_keys) header += ',' + csv_cell(key);
    for (std::size_t i = 0; i < schema.size(); ++i) {
        header += ',' + csv_cell(schema.info(SeriesIndex{static_cast<std::int64_t>(i)}).name);
    }
    return header + '\n';
}

std::string partial_name(const std::filesystem::path& path) {
    return path.filename().native() + ".partial";
}

/// Calls take(bytes) for the first `count` bytes of a regular file, piece by piece; false if there are fewer.
template <class Take>
bool read_first(const std::filesystem::path& path, std::uint64_t count, Take take) {
    if (!std::filesystem::is_regular_file(path)) return false;
    std::ifstream file(path, std::ios::binary);
    std::string piece(buffer_bytes, '\0');
    while (count > 0) {
        const auto wanted = static_cast<std::streamsize>(std::min<std::uint64_t>(count, piece.size()));
        if (!file.read(piece.data(), wanted)) return false;
        take(std::string_view(piece.data(), static_cast<std::size_t>(wanted)));
        count -= static_cast<std::uint64_t>(wanted);
    }
    return true;
}

/// The sum over the file's first bytes as checksum() goes on with it, or nothing if they are others.
std::optional<std::uint64_t> sum_if_begins_with(const std::filesystem::path& path, const HistoryPosition& position,
                                                std::string_view header) {
    std::uint64_t sum = checksum_start;
    std::string begin;
    const bool complete = read_first(path, position.bytes, [&](std::string_view bytes) {
        sum = checksum(sum, bytes);
        if (begin.size() < header.size()) begin += bytes.substr(0, header.size() - begin.size());
    });
    if (!complete || (sum & shown_bits) != position.checksum) return std::nullopt;
    if (begin != header) {
        throw InputError("Could not go on with " + in_quotes(path.native()) +
                         ": it has other columns than this version of NormScope writes.");
    }
    return sum;
}

/// Sees to it that the partial file begins with these bytes; returns the sum over them.
std::uint64_t prepare(const std::filesystem::path& path, const HistoryPosition& from, std::string_view header) {
    const auto target = std::filesystem::weakly_canonical(path);  // behind a symbolic link, as AtomicFile
    const auto partial = target.parent_path() / partial_name(path);
    if (const auto sum = sum_if_begins_with(partial, from, header)) return *sum;
    const auto sum = sum_if_begins_with(target, from, header);
    if (!sum) {
        throw InputError("Could not go on with " + in_quotes(path.native()) + ": neither it nor " +
                         in_quotes(partial_name(path)) + " holds the " + std::to_string(from.bytes) +
                         " bytes written when the run was saved.");
    }
    AtomicFile copy(path, partial_name(path));
    read_first(target, from.bytes, [&copy](std::string_view bytes) { copy.write(bytes); });
    return *sum;
}

}  // namespace

HistoryCsvWriter::HistoryCsvWriter(const std::filesystem::path& path, const telemetry::SeriesSchema& schema,
                                   const std::vector<std::string>& hyperparameter_keys)
    : m_position{0, checksum_start},
      m_file(path, partial_name(path)),
      m_buffer(header_of(schema, hyperparameter_keys)),
      m_hyperparameter_count(hyperparameter_keys.size()),
      m_dense_count(schema.dense_count()),
      m_sparse_row(schema.size() - schema.dense_count()) {
    flush();
}

HistoryCsvWriter::HistoryCsvWriter(const std::filesystem::path& path, const telemetry::SeriesSchema& schema,
                                   const std::vector<std::string>& hyperparameter_keys, const HistoryPosition& from)
    : m_position{from.bytes, prepare(path, from, header_of(schema, hyperparameter_keys))},
      m_file(path, partial_name(path), from.bytes),
      m_hyperparameter_count(hyperparameter_keys.size()),
      m_dense_count(schema.dense_count()),
      m_sparse_row(schema.size() - schema.dense_count()) {}

HistoryCsvWriter::~HistoryCsvWriter() {
    if (m_finished) return;
    try {
        flush();
    } catch (const std::exception&) {
        // The rows are a log of a run that did not end well; there is nobody left to tell.
        m_buffer.clear();
    }
}

void HistoryCsvWriter::append(StepIndex step, std::span<const double> hyperparameters, std::span<const float> dense,
                              std::span<const telemetry::SparsePoint> sparse) {
    if (hyperparameters.size() != m_hyperparameter_count || dense.size() != m_dense_count) {
        throw std::logic_error("a history row has the wrong number of values");
    }
    std::fill(m_sparse_row.begin(), m_sparse_row.end(), nullptr);
    for (const auto& point : sparse) {
        const auto column = static_cast<std::size_t>(point.series.value) - m_dense_count;  // wraps if too small
        if (point.step != step || column >= m_sparse_row.size()) {
            throw std::logic_error("a sparse point does not belong into this history row");
        }
        m_sparse_row[column] = &point;
    }

    m_buffer += std::to_string(step.value);
    for (const double value : hyperparameters) add_number(value);
    for (const float value : dense) add_number(value);
    for (const auto* point : m_sparse_row) {
        if (point) {
            add_number(point->value);
        } else {
            m_buffer += ',';
        }
    }
    m_buffer += '\n';
    if (m_buffer.size() >= buffer_bytes) flush();
}

void HistoryCsvWriter::flush() {
    m_file.write(m_buffer);
    m_position = {m_position.bytes + m_buffer.size(), checksum(m_position.checksum, m_buffer)};
    m_buffer.clear();
}

HistoryPosition HistoryCsvWriter::sync() {
    flush();
    m_file.sync();
    return {m_position.bytes, m_position.checksum & shown_bits};
}

void HistoryCsvWriter::finish() {
    flush();
    m_file.commit();
    m_finished = true;
}

template <class Number>
void HistoryCsvWriter::add_number(Number value) {
    m_buffer += ',';
    if (std::isnan(value)) {  // to_chars would show the sign bit of a NaN
        m_buffer += "nan";
        return;
    }
    std::array<char, 40> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    m_buffer.append(text.data(), end);
}

}  // namespace normscope::io
