// Undo of one setting that is a word.
#pragma once

#include <QString>
#include <QUndoCommand>

namespace normscope::app {

class ExperimentController;

/// From one value of a recipe key to another.
class ChangeChoice : public QUndoCommand {
   public:
    /// `name` is what people call the setting.
    ChangeChoice(ExperimentController& controller, const QString& key, const QString& name, const QString& oldValue,
                 const QString& newValue);

    void undo() override;
    void redo() override;

   private:
    ExperimentController& m_controller;
    QString m_key;
    QString m_oldValue;
    QString m_newValue;
};

}  // namespace normscope::app
