#include "app/controllers/ChangeChoice.h"

#include "app/controllers/ExperimentController.h"

#include <QCoreApplication>

namespace normscope::app {

ChangeChoice::ChangeChoice(ExperimentController& controller, const QString& key, const QString& name,
                           const QString& oldValue, const QString& newValue)
    : m_controller(controller), m_key(key), m_oldValue(oldValue), m_newValue(newValue) {
    setText(QCoreApplication::translate("ChangeChoice", "change of %1").arg(name));
}

void ChangeChoice::undo() {
    m_controller.applyChoice(m_key, m_oldValue);
}
void ChangeChoice::redo() {
    m_controller.applyChoice(m_key, m_newValue);
}

}  // namespace normscope::app
