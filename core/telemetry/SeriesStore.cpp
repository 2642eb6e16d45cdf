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

void SeriesPyramid::Ring::drop_back(std::size_t count) {
    std::rotate(m_buckets.begin(), m_buckets.begin() + static_cast<std::ptrdiff_t>(m_head), m_buckets.end());
    m_head = 0;
    m_buckets.resize(m_buckets.size() - count);
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
        merge(open, bucket);
    }
    if (++filled == fan_in) {
        filled = 0;
        push_to_level(coarser, open);
    }
}

void SeriesPyramid::merge(Bucket& into, Bucket bucket) {
    // fmin and fmax pass over NaN.
    into.minimum = std::fmin(into.minimum, bucket.minimum);
    into.maximum = std::fmax(into.maximum, bucket.maximum);
    into.has_non_finite |= bucket.has_non_finite;
}

void SeriesPyramid::truncate_after(std::int64_t step) {
    const std::size_t dropped = m_levels[0].size() - lower_bound(0, step + 1);
    if (dropped == 0 && m_levels[0].size() > 0) return;
    const bool all_raw = dropped == m_levels[0].size();
    m_levels[0].drop_back(dropped);
    for (std::size_t level = 1; level < level_count; ++level) truncate_level(level, step);
    m_count -= dropped;
    if (!all_raw) return;
    // Beyond the raw values only whole buckets can be counted.
    m_count = m_open_count[1];
    std::size_t values = fan_in;
    for (std::size_t level = 1; level < level_count; ++level, values *= fan_in) {
        const std::int64_t end = end_of_level(level, 1);
        m_count += lower_bound(level, end) * values;
    }
}

void SeriesPyramid::truncate_level(std::size_t level, std::int64_t step) {
    Ring& ring = m_levels[level];
    Bucket& open = m_open[level];
    std::size_t& filled = m_open_count[level];
    const auto holds_later = [&](std::int64_t next) { return next > step + 1; };

    // The bucket that `step` lies in: the open one, or else the newest closed one that begins before it.
    bool begins_before = filled > 0 && open.first_step <= step;
    std::uint32_t first = open.first_step;
    if (!begins_before) {
        const std::size_t kept = lower_bound(level, step + 1);
        const std::int64_t next = kept < ring.size() ? std::int64_t{ring[kept].first_step}
                                  : filled > 0       ? std::int64_t{open.first_step}
                                                     : std::numeric_limits<std::int64_t>::max();
        begins_before = kept > 0 && holds_later(next);
        if (begins_before) first = ring[kept - 1].first_step;
        ring.drop_back(ring.size() - kept + (begins_before ? 1 : 0));
    }
    filled = 0;
    if (!begins_before) return;
    const Ring& finer = m_levels[level - 1];
    for (std::size_t i = lower_bound(level - 1, first); i < finer.size(); ++i) {
        Bucket bucket = finer[i];
        if (!std::isfinite(bucket.minimum)) bucket.minimum = bucket.maximum = std::numeric_limits<float>::quiet_NaN();
        if (filled++ == 0) {
            open = bucket;
        } else {
            merge(open, bucket);
        }
    }
    if (filled < fan_in) return;
    filled = 0;
    ring.push(open, level_capacity);  // it was full without the later values: a series with gaps
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
    if (m_levels[0].size() == 0) return std::nullopt;
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

void SeriesStore::truncate_after(StepIndex step) {
    for (SeriesPyramid& series : m_series) series.truncate_after(step.value);
    m_last_step = std::min(m_last_step, step);
}

const SeriesPyramid& SeriesStore::series(SeriesIndex series) const {
    return m_series.at(static_cast<std::size_t>(series.value));
}

}  // namespace normscope::telemetry
