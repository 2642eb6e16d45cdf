#include "app/models/RunModel.h"

#include <utility>
#include <variant>

namespace normscope::app {

using telemetry::RunState;

RunModel::RunModel(std::shared_ptr<telemetry::TelemetryQueue> queue, std::shared_ptr<telemetry::SnapshotSlot> snapshots,
                   QObject* parent)
    : QObject(parent), m_queue(std::move(queue)), m_snapshots(std::move(snapshots)) {}

bool RunModel::isActive() const {
    return m_snapshot.state == RunState::playing || m_snapshot.state == RunState::loading;
}

void RunModel::drain() {
    // The snapshot first: what was queued before it was published is then drained below.
    const auto snapshot = m_snapshots->take();
    for (const telemetry::TelemetryItem& item : m_queue->drain()) {
        std::visit([this](const auto& chosen) { take(chosen); }, item);
    }
    if (snapshot) m_snapshot = *snapshot;
    if (std::exchange(m_eventsPending, false)) emit eventsRecorded();
    if (std::exchange(m_stepsPending, false)) emit stepsAppended();
    if (snapshot) emit snapshotChanged();
}

void RunModel::take(const telemetry::RunStarted& item) {
    m_description = item.description;
    m_store = std::make_shared<telemetry::SeriesStore>(
        std::shared_ptr<const telemetry::SeriesSchema>(m_description, &m_description->schema));
    m_events.clear();
    m_divergence.reset();
    m_stepsPending = m_eventsPending = false;
    emit runStarted();
}

void RunModel::take(const telemetry::StepColumns& item) {
    if (!m_store) return;
    m_store->append(item);
    m_stepsPending = true;
}

void RunModel::take(const telemetry::RunEvent& item) {
    // A slider being dragged leaves an event at every position; the mark goes where it came to rest.
    constexpr qint64 sameGesture = 700;
    const bool continues = !m_events.empty() && m_events.back().key == item.key && m_sinceEvent.isValid() &&
                           m_sinceEvent.elapsed() < sameGesture;
    m_sinceEvent.start();
    if (continues) {
        m_events.back().step = item.step;
        m_events.back().label = item.label;
        m_events.back().new_value = item.new_value;
    } else {
        m_events.push_back(item);
    }
    m_eventsPending = true;
}

void RunModel::take(const telemetry::RunNotice& item) {
    emit noticed(QString::fromStdString(item.sentence));
}

void RunModel::take(const telemetry::RunRewound& item) {
    if (!m_store) return;
    m_store->truncate_after(item.step);
    std::erase_if(m_events, [&](const telemetry::RunEvent& event) { return event.step > item.step; });
    m_sinceEvent.invalidate();
    m_divergence.reset();
    m_stepsPending = m_eventsPending = true;
    emit rewound(item);
}

void RunModel::take(const telemetry::RunEdited& item) {
    emit edited(item);
}

void RunModel::take(const telemetry::RunDiverged& item) {
    m_divergence = item;
}

}  // namespace normscope::app
