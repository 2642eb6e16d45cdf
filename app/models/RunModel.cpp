#include "app/models/RunModel.h"

#include "core/Error.h"
#include "core/recipe/RecipeJson.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <utility>
#include <variant>

namespace normscope::app {

using telemetry::RunState;

namespace {

telemetry::StepScale scaleOf(const telemetry::RunDescription& run) {
    try {
        const Recipe recipe = parse_recipe(run.recipe_json, "the run's recipe");
        return {run.train_images, recipe.data.batch_size, recipe.optimizer.accumulation_steps, recipe.data.drop_last};
    } catch (const InputError&) {
        return {run.train_images, 1, 1, false};  // the first snapshot says where the run really is
    }
}

}  // namespace

RunModel::RunModel(std::shared_ptr<telemetry::TelemetryQueue> queue, std::shared_ptr<telemetry::SnapshotSlot> snapshots,
                   QObject* parent)
    : QObject(parent), m_queue(std::move(queue)), m_snapshots(std::move(snapshots)) {}

bool RunModel::isActive() const {
    return m_snapshot.state == RunState::playing || m_snapshot.state == RunState::loading;
}

void RunModel::drain() {
    // The snapshot first: what was queued before it was published is then drained below.
    const auto snapshot = m_snapshots->take();
    bool wentBack = false;
    for (const telemetry::TelemetryItem& item : m_queue->drain()) {
        std::visit([this](const auto& chosen) { take(chosen); }, item);
        wentBack = wentBack || std::holds_alternative<telemetry::RunRewound>(item);
    }
    // A snapshot of before the way back knows nothing of it; another one follows.
    if (snapshot && wentBack) {
        m_snapshot = *snapshot;
    } else if (snapshot) {
        adoptSnapshot(*snapshot);
    }
    if (std::exchange(m_eventsPending, false)) emit eventsRecorded();
    if (std::exchange(m_stepsPending, false)) emit stepsAppended();
    if (snapshot) emit snapshotChanged();
}

void RunModel::adoptSnapshot(const telemetry::Snapshot& snapshot) {
    m_snapshot = snapshot;
    // A run that was taken up somewhere in its middle: its first steps are not known.
    if (!m_description || snapshot.run_id != m_description->run_id || snapshot.progress >= 1) return;
    if (std::abs(shareOf(snapshot.step) - snapshot.progress) < 1e-9) return;
    const bool changedSince = !m_events.empty() && m_events.back().step >= snapshot.step;
    if (changedSince) return;  // the snapshot is older than what was drained with it
    const double epochs = snapshot.progress * static_cast<double>(snapshot.planned_epochs);
    const double whole = std::floor(epochs + 1e-9);
    const double images = (epochs - whole) * static_cast<double>(m_description->train_images);
    m_scale.begin_at(snapshot.step, static_cast<std::int64_t>(whole), std::llround(std::max(images, 0.0)));
}

double RunModel::shareOf(StepIndex step) const {
    const auto planned = static_cast<double>(std::max<std::int64_t>(m_snapshot.planned_epochs, 1));
    return std::clamp(m_scale.epochs_at(step) / planned, 0.0, 1.0);
}

StepIndex RunModel::stepAt(double share) const {
    const auto planned = static_cast<double>(std::max<std::int64_t>(m_snapshot.planned_epochs, 1));
    return m_scale.step_at(share * planned, m_snapshot.step);
}

void RunModel::take(const telemetry::RunStarted& item) {
    m_description = item.description;
    m_scale = scaleOf(*m_description);
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
    // Every one of them, also those that the marks below leave out.
    if (item.key == "data.batch_size") m_scale.change_batch_size(item.step, std::atoll(item.new_value.c_str()));
    if (item.key == "optimizer.accumulation_steps") {
        m_scale.change_accumulation(item.step, std::atoll(item.new_value.c_str()));
    }
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
    m_scale.truncate_after(item.step);
    std::erase_if(m_events, [&](const telemetry::RunEvent& event) { return event.step > item.step; });
    m_sinceEvent.invalidate();
    m_divergence.reset();
    m_stepsPending = m_eventsPending = true;
    emit rewound(item);
}

void RunModel::take(const telemetry::RunDiverged& item) {
    m_divergence = item;
}

}  // namespace normscope::app
