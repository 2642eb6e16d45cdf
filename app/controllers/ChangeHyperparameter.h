// Undo of one setting.
#pragma once

#include <QString>
#include <QUndoCommand>

namespace normscope::app {

class ExperimentController;

/// Consecutive changes of one setting within a gesture become one command.
class ChangeHyperparameter : public QUndoCommand {
   public:
    ChangeHyperparameter(ExperimentController& controller, const QString& key, double oldValue, double newValue);

    void undo() override;
    void redo() override;
    int id() const override { return 1; }
    bool mergeWith(const QUndoCommand* other) override;

   private:
    ExperimentController& m_controller;
    QString m_key;
    double m_oldValue;
    double m_newValue;
    qint64 m_time;  ///< milliseconds, of the last change merged in
};

}  // namespace normscope::app
