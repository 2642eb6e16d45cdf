// Undo of one surgical step on a norm layer.
#pragma once

#include "core/telemetry/Indices.h"
#include "core/train/NormEdit.h"

#include <QString>
#include <QUndoCommand>

#include <memory>

namespace normscope::app {

class SurgeryController;

/// An edit that the run has made, until going back or a new run unmakes it.
struct EditRecord {
    QString label;
    StepIndex step;
    NormValues oldValues;
    NormValues newValues;
    bool happened = true;
};

/// Sets the values as they were, and again. Pushed when the run has made the edit: the first redo() does nothing.
class EditNorm : public QUndoCommand {
   public:
    EditNorm(SurgeryController& controller, std::shared_ptr<const EditRecord> record);

    void undo() override;
    void redo() override;

   private:
    SurgeryController& m_controller;
    std::shared_ptr<const EditRecord> m_record;
    bool m_made = false;
};

}  // namespace normscope::app
