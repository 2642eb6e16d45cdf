#include "core/io/HistoryCsv.h"

#include "core/io/CsvCell.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

namespace normscope::io {
namespace {

constexpr std::size_t buffer_bytes = 256U << 10;

}  // namespace

HistoryCsvWriter::HistoryCsvWriter(const std::filesystem::path& path, const telemetry::SeriesSchema& schema,
                                   const std::vector<std::string>& hyperparameter_keys)
    : m_file(path, path.filename().native() + ".partial"),
      m_hyperparameter_count(hyperparameter_keys.size()),
      m_dense_count(schema.dense_count()),
      m_sparse_row(schema.size() - schema.dense_count()) {
    m_buffer = "step";
    for (const auto& key : hyperparameter_keys) m_buffer += ',' + csv_cell(key);
    for (std::size_t i = 0; i < schema.size(); ++i) {
        m_buffer += ',' + csv_cell(schema.info(SeriesIndex{static_cast<std::int64_t>(i)}).name);
    }
    m_buffer += '\n';
    flush();
}

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
    m_buffer.clear();
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
