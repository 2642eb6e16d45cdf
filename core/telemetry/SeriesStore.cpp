#include "core/telemetry/SeriesStore.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

namespace normscope::telemetry {

void SeriesPyramid::Ring::push(Bucket bucket, std::size_t capacity) {
    if (m_buckets.size() < capacity) {
        m_buckets.push_back(bucket);
        return;
    }
    m_buckets[m_head] = bucket;
    m_head = (m_head + 1) % capacity;
}

void SeriesPyramid::append(std::int64_t step, float value) {
    Bucket bucket{};
    bucket.first_step = static_cast<std::uint32_t>(step) & 0x7fffffffU;
    bucket.has_non_finite = std::isfinite(value) ? 0 : 1;
    bucket.minimum = value;
    bucket.maximum = value;
    push_to_level(0, bucket);
    ++m_count;
}

void SeriesPyramid::push_to_level(std::size_t level, Bucket bucket) {
    m_levels[level].push(bucket, level == 0 ? raw_capacity : level_capacity);
    const std::size_t coarser = level + 1;
    if (coarser == level_count) return;

    Bucket& open = m_open[coarser];
    std::size_t& filled = m_open_count[coarser];
    if (!std::isfinite(bucket.minimum)) bucket.minimum = bucket.maximum = std::numeric_limits<float>::quiet_NaN();
    if (filled == 0) {
        open = bucket;
    } else {
        // fmin and fmax pass over NaN.
        open.minimum = std::fmin(open.minimum, bucket.minimum);
        open.maximum = std::fmax(open.maximum, bucket.maximum);
        open.has_non_finite |= bucket.has_non_finite;
    }
    if (++filled == fan_in) {
        filled = 0;
        push_to_level(coarser, open);
    }
}

SeriesSample SeriesPyramid::sample_of(Bucket bucket) {
    return {bucket.first_step, bucket.minimum, bucket.maximum, bucket.has_non_finite != 0};
}

std::size_t SeriesPyramid::lower_bound(std::size_t level, std::int64_t step) const {
    const Ring& ring = m_levels[level];
    std::size_t low = 0;
    std::size_t high = ring.size();
    while (low < high) {
        const std::size_t middle = (low + high) / 2;
        if (std::int64_t{ring[middle].first_step} < step) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

std::int64_t SeriesPyramid::end_of_level(std::size_t level, std::size_t finest) const {
    const bool finer_is_empty = level == finest || m_levels[level - 1].size() == 0;
    return finer_is_empty ? std::numeric_limits<std::int64_t>::max() : std::int64_t{m_levels[level - 1][0].first_step};
}

std::size_t SeriesPyramid::samples_needed(std::int64_t first, std::int64_t last, std::size_t finest) const {
    std::size_t needed = 0;
    for (std::size_t level = finest; level < level_count; ++level) {
        const std::size_t begin = lower_bound(level, first);
        needed += std::max(begin, lower_bound(level, std::min(last + 1, end_of_level(level, finest)))) - begin;
    }
    return needed;
}

std::vector<SeriesSample> SeriesPyramid::samples(std::int64_t first, std::int64_t last, std::size_t most) const {
    std::size_t finest = 0;
    while (finest + 1 < level_count && samples_needed(first, last, finest) > most) ++finest;

    // Older than the chosen level reaches: coarser levels, coarsest first. Their last bucket may
    // overlap the first of the finer level, which repeats extrema but invents none.
    std::vector<SeriesSample> result;
    for (std::size_t level = level_count; level-- > finest;) {
        const Ring& ring = m_levels[level];
        const std::int64_t end = end_of_level(level, finest);
        std::size_t i = lower_bound(level, first);
        // The bucket before `first` reaches into the range (a coarse one) or leads the line into it.
        if (i > 0) --i;
        for (; i < ring.size() && ring[i].first_step < end && ring[i].first_step <= last; ++i) {
            result.push_back(sample_of(ring[i]));
        }
    }
    // Newer than the chosen level has closed: the buckets still being filled.
    for (std::size_t level = finest; level > 0; --level) {
        if (m_open_count[level] > 0 && m_open[level].first_step <= last) result.push_back(sample_of(m_open[level]));
    }
    return result;
}

std::optional<float> SeriesPyramid::value_at(std::int64_t step) const {
    const std::size_t i = lower_bound(0, step);
    if (i == m_levels[0].size() || m_levels[0][i].first_step != step) return std::nullopt;
    return m_levels[0][i].minimum;
}

std::optional<SeriesSample> SeriesPyramid::last() const {
    if (m_count == 0) return std::nullopt;
    return sample_of(m_levels[0][m_levels[0].size() - 1]);
}

SeriesStore::SeriesStore(std::shared_ptr<const SeriesSchema> schema)
    : m_schema(std::move(schema)), m_series(m_schema->size()) {}

void SeriesStore::append(const StepColumns& columns) {
    const std::size_t width = m_schema->dense_count();
    if (columns.dense.size() != columns.steps.size() * width) {
        throw std::invalid_argument("step columns have " + std::to_string(columns.dense.size()) + " values for " +
                                    std::to_string(columns.steps.size()) + " steps of " + std::to_string(width) +
                                    " series");
    }
    for (std::size_t row = 0; row < columns.steps.size(); ++row) {
        for (std::size_t i = 0; i < width; ++i) {
            m_series[i].append(columns.steps[row].value, columns.dense[row * width + i]);
        }
        m_last_step = columns.steps[row];
    }
    for (const SparsePoint& point : columns.sparse) {
        m_series.at(static_cast<std::size_t>(point.series.value)).append(point.step.value, point.value);
        m_last_step = std::max(m_last_step, point.step);
    }
}

const SeriesPyramid& SeriesStore::series(SeriesIndex series) const {
    return m_series.at(static_cast<std::size_t>(series.value));
}

}  // namespace normscope::telemetry
