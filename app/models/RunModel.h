// The run as the window knows it.
#pragma once

#include "core/telemetry/RunDescription.h"
#include "core/telemetry/RunEvent.h"
#include "core/telemetry/SeriesStore.h"
#include "core/telemetry/Snapshot.h"
#include "core/telemetry/StepScale.h"
#include "core/telemetry/TelemetryQueue.h"

#include <QElapsedTimer>
#include <QObject>
#include <QString>

#include <memory>
#include <optional>
#include <vector>

namespace normscope::app {

/// Takes what the training thread handed over and keeps the history. Lives on the GUI thread.
/// Signals come once per drain() at most, however many steps were handed over.
class RunModel : public QObject {
    Q_OBJECT

   public:
    RunModel(std::shared_ptr<telemetry::TelemetryQueue> queue, std::shared_ptr<telemetry::SnapshotSlot> snapshots,
             QObject* parent = nullptr);

    /// Null until the first run started.
    const std::shared_ptr<const telemetry::RunDescription>& description() const { return m_description; }
    const std::shared_ptr<telemetry::SeriesStore>& store() const { return m_store; }
    const std::vector<telemetry::RunEvent>& events() const { return m_events; }
    /// Where the run stopped because values were no longer finite; nothing while all is well.
    const std::optional<telemetry::RunDiverged>& divergence() const { return m_divergence; }
    const telemetry::Snapshot& snapshot() const { return m_snapshot; }
    /// Share of the planned run that is over after `step`, 0 … 1; exact for every step, whatever was changed.
    double shareOf(StepIndex step) const;
    /// The step already taken that is nearest to a share of the planned run.
    StepIndex stepAt(double share) const;

    /// True while more is to be expected without anybody asking for it.
    bool isActive() const;

    /// Takes everything handed over since the last call.
    void drain();

   signals:
    /// A new run; description and store are new, the history is empty.
    void runStarted();
    /// The store's steps are others than before: more, or fewer.
    void stepsAppended();
    /// The run stands at an earlier step again: later steps and events are gone. stepsAppended() and eventsRecorded()
    /// follow, so that whoever shows them shows what is left.
    void rewound(const normscope::telemetry::RunRewound& item);
    /// Values of norm layers were changed by hand, or such an edit was refused.
    void edited(const normscope::telemetry::RunEdited& item);
    /// events() grew, or shrank.
    void eventsRecorded();
    /// snapshot() is a newer one.
    void snapshotChanged();
    /// Something asked for was refused, or went wrong; a sentence for the user.
    void noticed(const QString& sentence);

   private:
    void take(const telemetry::RunStarted& item);
    void take(const telemetry::StepColumns& item);
    void take(const telemetry::RunEvent& item);
    void take(const telemetry::RunNotice& item);
    void take(const telemetry::RunRewound& item);
    void take(const telemetry::RunEdited& item);
    void take(const telemetry::RunDiverged& item);
    void adoptSnapshot(const telemetry::Snapshot& snapshot);

    std::shared_ptr<telemetry::TelemetryQueue> m_queue;
    std::shared_ptr<telemetry::SnapshotSlot> m_snapshots;
    std::shared_ptr<const telemetry::RunDescription> m_description;
    std::shared_ptr<telemetry::SeriesStore> m_store;
    std::vector<telemetry::RunEvent> m_events;
    std::optional<telemetry::RunDiverged> m_divergence;
    telemetry::Snapshot m_snapshot;
    telemetry::StepScale m_scale;
    QElapsedTimer m_sinceEvent;
    bool m_stepsPending = false;
    bool m_eventsPending = false;
};

}  // namespace normscope::app
