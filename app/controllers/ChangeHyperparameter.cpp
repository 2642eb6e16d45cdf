#include "app/controllers/ChangeHyperparameter.h"

#include "app/controllers/ExperimentController.h"
#include "core/telemetry/Hyperparameter.h"
#include "widgets/controls/SpecText.h"

#include <QCoreApplication>
#include <QDateTime>

namespace normscope::app {

ChangeHyperparameter::ChangeHyperparameter(ExperimentController& controller, const QString& key, double oldValue,
                                           double newValue)
    : m_controller(controller),
      m_key(key),
      m_oldValue(oldValue),
      m_newValue(newValue),
      m_time(QDateTime::currentMSecsSinceEpoch()) {
    const auto* spec = telemetry::find_hyperparameter(key.toStdString());
    const QString name = widgets::translatedSpec(spec->name);
    setText(QCoreApplication::translate("ChangeHyperparameter", "change of %1").arg(name));
}

void ChangeHyperparameter::undo() {
    m_controller.apply(m_key, m_oldValue);
}
void ChangeHyperparameter::redo() {
    m_controller.apply(m_key, m_newValue);
}

bool ChangeHyperparameter::mergeWith(const QUndoCommand* other) {
    constexpr qint64 sameGesture = 700;
    const auto* next = static_cast<const ChangeHyperparameter*>(other);
    if (next->m_key != m_key || next->m_time - m_time > sameGesture) return false;
    m_newValue = next->m_newValue;
    m_time = next->m_time;
    return true;
}

}  // namespace normscope::app
