#include "app/controllers/EditNorm.h"

#include "app/controllers/SurgeryController.h"

#include <QCoreApplication>

namespace normscope::app {

EditNorm::EditNorm(SurgeryController& controller, std::shared_ptr<const EditRecord> record)
    : m_controller(controller), m_record(std::move(record)) {
    setText(m_record->label);
}

void EditNorm::undo() {
    if (!m_record->happened) return setObsolete(true);  // the run went back before it, or is another one
    m_controller.apply(QCoreApplication::translate("EditNorm", "undo: %1").arg(m_record->label), m_record->oldValues);
}

void EditNorm::redo() {
    if (!std::exchange(m_made, true)) return;
    if (!m_record->happened) return setObsolete(true);
    m_controller.apply(m_record->label, m_record->newValues);
}

}  // namespace normscope::app
