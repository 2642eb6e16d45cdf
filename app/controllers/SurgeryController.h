// Surgery on the selected norm layer: exact statistics, reset, freeze, single values; with undo.
#pragma once

#include "app/controllers/EditNorm.h"
#include "app/controllers/ExperimentController.h"
#include "app/controllers/RunController.h"
#include "app/models/SelectionModel.h"
#include "app/models/StateFeed.h"

#include <QAction>
#include <QObject>

#include <map>
#include <memory>
#include <stop_token>
#include <vector>

namespace normscope::app {

/// Every edit goes to the run's newest state between two steps, leaves a mark on all time axes, and can be undone:
/// the values it changed are set back to what they were. An edit that the run has gone back before cannot.
class SurgeryController : public QObject {
    Q_OBJECT

   public:
    SurgeryController(RunController& run, ExperimentController& experiment, SelectionModel& selection, StateFeed& feed,
                      QObject* parent = nullptr);

    /// In the order of a menu. Enabled while a batch norm layer is selected.
    std::vector<QAction*> actions();
    QAction* recomputeAction() { return &m_recompute; }
    QAction* recomputeAllAction() { return &m_recomputeAll; }
    QAction* resetAction() { return &m_reset; }
    QAction* freezeAction() { return &m_freeze; }
    QAction* unfreezeAction() { return &m_unfreeze; }
    /// Ends the measurement of exact statistics; enabled while there is one.
    QAction* stopAction() { return &m_stop; }
    /// Name of the selected batch norm layer; empty if there is none.
    QString layerName() const;

   public slots:
    /// One value of the selected layer; `field` is one that channels have.
    void setValue(normscope::NormField field, int channel, double value);

   signals:
    /// Exact statistics are measured to this share; 1 when done.
    void progressed(double share);

   private:
    friend class EditNorm;
    /// Sets values without a new command.
    void apply(const QString& label, const NormValues& values);
    void post(const QString& label, decltype(NormEdit::values) values, bool measures = false);
    void recompute(const std::vector<std::string>& layers, const QString& label);
    void freeze(bool frozen);
    void finish(const telemetry::RunEdited& item);
    void forgetAfter(StepIndex step);
    void enableActions();

    RunController& m_run;
    ExperimentController& m_experiment;
    SelectionModel& m_selection;
    StateFeed& m_feed;
    QAction m_recompute;
    QAction m_recomputeAll;
    QAction m_reset;
    QAction m_freeze;
    QAction m_unfreeze;
    QAction m_stop;
    std::uint64_t m_newestId = 0;
    std::map<std::uint64_t, QString> m_pending;  ///< labels of edits that the run has not answered yet
    std::vector<std::shared_ptr<EditRecord>> m_records;
    std::stop_source m_measurement;
};

}  // namespace normscope::app
