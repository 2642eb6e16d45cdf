#include "app/models/MeasuredSeries.h"

#include <iterator>
#include <stdexcept>
#include <utility>

namespace normscope::app {

MeasuredSeries::MeasuredSeries(std::shared_ptr<const telemetry::SeriesSchema> schema)
    : m_schema(std::move(schema)), m_store(std::make_shared<telemetry::SeriesStore>(m_schema)) {}

void MeasuredSeries::insert(StepIndex step, std::vector<float> values) {
    if (values.size() != m_schema->size()) throw std::invalid_argument("one value of every series is expected");
    const bool isNewest = m_values.empty() || m_values.rbegin()->first < step;
    const std::vector<float>& kept = m_values.insert_or_assign(step, std::move(values)).first->second;
    if (m_values.size() > mostSteps) {
        const std::size_t older = mostSteps * 3 / 4;
        auto one = std::next(m_values.begin());  // how it began stays
        for (std::size_t i = 0; i + 1 < older; i += 2) one = std::next(m_values.erase(one));
        return rebuild();
    }
    isNewest ? append(step, kept) : rebuild();
}

void MeasuredSeries::truncateAfter(StepIndex step) {
    const auto later = m_values.upper_bound(step);
    if (later == m_values.end()) return;
    m_values.erase(later, m_values.end());
    rebuild();
}

const std::vector<float>* MeasuredSeries::at(StepIndex step) const {
    const auto found = m_values.find(step);
    return found == m_values.end() ? nullptr : &found->second;
}

std::optional<StepIndex> MeasuredSeries::newest() const {
    return m_values.empty() ? std::nullopt : std::optional(m_values.rbegin()->first);
}

std::optional<StepIndex> MeasuredSeries::nearest(StepIndex step) const {
    const auto after = m_values.lower_bound(step);
    if (after == m_values.begin()) return after == m_values.end() ? std::nullopt : std::optional(after->first);
    const StepIndex before = std::prev(after)->first;
    if (after == m_values.end()) return before;
    return after->first.value - step.value < step.value - before.value ? after->first : before;
}

void MeasuredSeries::append(StepIndex step, const std::vector<float>& values) {
    telemetry::StepColumns columns;
    for (std::size_t i = 0; i < values.size(); ++i) {
        columns.sparse.push_back({{static_cast<std::int64_t>(i)}, step, values[i]});
    }
    m_store->append(columns);
}

/// A store only takes steps in order.
void MeasuredSeries::rebuild() {
    *m_store = telemetry::SeriesStore(m_schema);
    for (const auto& [step, values] : m_values) append(step, values);
}

}  // namespace normscope::app
