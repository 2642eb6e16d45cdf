// history.csv: one row a step, equal bytes for equal runs.
#pragma once

#include "core/io/AtomicFile.h"
#include "core/telemetry/SeriesSchema.h"
#include "core/telemetry/StepColumns.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace normscope::io {

/// How far a history has come: so many bytes, and a sum by which they are known again (FNV-1a, its lower 63 bits).
struct HistoryPosition {
    std::uint64_t bytes = 0;
    std::uint64_t checksum = 0;
};

/// Streams the rows into "<path>.partial", which takes the place of `path` at finish(). If finish() is never reached,
/// the partial file stays with the rows flushed so far.
///
/// Columns: "step", the hyperparameters in force, the series of the schema in their order. Sparse series are empty
/// where nothing was measured. Numbers are the shortest that read back to the same bits (NaN: "nan"), whatever the
/// locale; there are no clock times.
///
/// Not safe for calls from several threads. All functions throw InputError or WorkError as AtomicFile does, and
/// std::logic_error if a row does not fit the schema.
class HistoryCsvWriter {
   public:
    /// `hyperparameter_keys` name the columns after "step", e.g. "batch_size", "lr".
    HistoryCsvWriter(const std::filesystem::path& path, const telemetry::SeriesSchema& schema,
                     const std::vector<std::string>& hyperparameter_keys);
    /// Goes on behind a position that sync() told earlier, in the partial file or, if that does not begin with those
    /// bytes, in a copy of `path`; rows written after the position are dropped. Throws InputError if neither file
    /// begins with them, or if they have other columns.
    HistoryCsvWriter(const std::filesystem::path& path, const telemetry::SeriesSchema& schema,
                     const std::vector<std::string>& hyperparameter_keys, const HistoryPosition& from);
    HistoryCsvWriter(const HistoryCsvWriter&) = delete;
    HistoryCsvWriter& operator=(const HistoryCsvWriter&) = delete;
    /// Hands over what is buffered if it can.
    ~HistoryCsvWriter();

    /// One row: one value per hyperparameter key, one per dense series, and the sparse points of this step.
    void append(StepIndex step, std::span<const double> hyperparameters, std::span<const float> dense,
                std::span<const telemetry::SparsePoint> sparse);

    /// Hands all rows so far to the operating system.
    void flush();

    /// Brings all rows so far to the disk and tells where they end.
    HistoryPosition sync();

    /// Brings everything to the disk and gives the file its name. Nothing may be appended after it.
    void finish();

   private:
    template <class Number>
    void add_number(Number value);

    HistoryPosition m_position;  ///< behind what was handed over; before m_file, which needs it prepared
    AtomicFile m_file;
    std::string m_buffer;
    std::size_t m_hyperparameter_count;
    std::size_t m_dense_count;
    std::vector<const telemetry::SparsePoint*> m_sparse_row;  ///< by sparse column, null where empty
    bool m_finished = false;
};

}  // namespace normscope::io
