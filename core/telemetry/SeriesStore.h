// History of every series of a run in bounded memory.
#pragma once

#include "core/telemetry/SeriesSchema.h"
#include "core/telemetry/StepColumns.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace normscope::telemetry {

/// One or more neighbouring values of a series: a raw value has minimum == maximum.
struct SeriesSample {
    std::int64_t first_step = 0;
    float minimum = 0;
    float maximum = 0;
    bool has_non_finite = false;  ///< a NaN or infinite value lies in here; the extrema are of the finite ones
};

/// A min/max pyramid for one series: raw values of the newest steps, then levels that are each
/// 16 times coarser and reach further back. Extrema are never lost, memory is bounded.
class SeriesPyramid {
   public:
    static constexpr std::size_t fan_in = 16;
    static constexpr std::size_t raw_capacity = 4096;    ///< values kept as they are
    static constexpr std::size_t level_capacity = 2048;  ///< buckets kept on each coarser level
    static constexpr std::size_t level_count = 4;        ///< raw and three coarser: 8.4 million values

    void append(std::int64_t step, float value);

    /// Forgets the values after `step`. What only coarser levels still hold of older steps stays, except for the
    /// bucket that `step` lies in if nothing finer holds its part of before.
    void truncate_after(std::int64_t step);

    /// Samples of the steps first … last in order, from the finest level that needs at most
    /// about `most` of them; what only coarser levels still hold comes from those.
    std::vector<SeriesSample> samples(std::int64_t first, std::int64_t last, std::size_t most) const;

    /// The value recorded at exactly `step`, while it is still kept raw.
    std::optional<float> value_at(std::int64_t step) const;
    /// The newest value, while it is still kept raw.
    std::optional<SeriesSample> last() const;
    /// Values appended and not forgotten again; after a truncation beyond the raw values, to within a bucket.
    std::size_t count() const { return m_count; }

   private:
    /// A sample in 12 bytes: a run may keep thousands of series.
    struct Bucket {
        std::uint32_t first_step : 31;
        std::uint32_t has_non_finite : 1;
        float minimum;
        float maximum;
    };

    /// Grows to its capacity, then drops its oldest entry.
    class Ring {
       public:
        void push(Bucket bucket, std::size_t capacity);
        /// Drops the newest entries.
        void drop_back(std::size_t count);
        std::size_t size() const { return m_buckets.size(); }
        Bucket operator[](std::size_t i) const { return m_buckets[(m_head + i) % m_buckets.size()]; }

       private:
        std::vector<Bucket> m_buckets;
        std::size_t m_head = 0;
    };

    static void merge(Bucket& into, Bucket bucket);
    /// Drops from a level what is after `step`, and fills its open bucket anew from the finer level.
    void truncate_level(std::size_t level, std::int64_t step);
    static SeriesSample sample_of(Bucket bucket);
    void push_to_level(std::size_t level, Bucket bucket);
    /// First entry of a level whose step is at least `step`.
    std::size_t lower_bound(std::size_t level, std::int64_t step) const;
    /// First step that the next finer level still has, if samples go down to level `finest`.
    std::int64_t end_of_level(std::size_t level, std::size_t finest) const;
    std::size_t samples_needed(std::int64_t first, std::int64_t last, std::size_t finest) const;

    std::array<Ring, level_count> m_levels;
    std::array<Bucket, level_count> m_open{};  ///< bucket being filled on each coarser level
    std::array<std::size_t, level_count> m_open_count{};
    std::size_t m_count = 0;
};

/// All series of one run. Used by one thread (the reader's).
class SeriesStore {
   public:
    explicit SeriesStore(std::shared_ptr<const SeriesSchema> schema);

    const SeriesSchema& schema() const { return *m_schema; }
    /// Adds the columns. Throws std::invalid_argument if their width is not the schema's.
    void append(const StepColumns& columns);

    /// Forgets everything after `step`.
    void truncate_after(StepIndex step);

    const SeriesPyramid& series(SeriesIndex series) const;
    /// The last step appended, 0 before the first.
    StepIndex last_step() const { return m_last_step; }

   private:
    std::shared_ptr<const SeriesSchema> m_schema;
    std::vector<SeriesPyramid> m_series;
    StepIndex m_last_step;
};

}  // namespace normscope::telemetry
