// The settings of the experiment: what runs, what the user wants, undo.
#pragma once

#include "app/controllers/RunController.h"
#include "core/recipe/Recipe.h"

#include <QAction>
#include <QObject>
#include <QString>
#include <QUndoStack>

#include <set>
#include <string>

namespace normscope::app {

/// Settings that can change live go to the run at its next step; the others wait for a restart, which
/// is offered. Every change can be undone.
class ExperimentController : public QObject {
    Q_OBJECT

   public:
    explicit ExperimentController(RunController& run, QObject* parent = nullptr);

    /// The settings as the user left them; the run may still have others until it is restarted.
    const Recipe& recipe() const { return m_recipe; }
    /// True if a setting or the data set waits for a restart.
    bool needsRestart() const;
    QUndoStack& undoStack() { return m_undo; }
    QAction* restartAction() { return &m_restart; }

    /// Starts the experiment every launch begins with.
    void startDefault(bool playAtOnce);
    /// Reads the recipe and starts it. If that fails, the present run goes on.
    void openRecipe(const QString& path, bool playAtOnce);
    /// Trains on another data set with the present settings: source, held-out images, mean and std are taken from
    /// `data`. If that fails, the present run goes on.
    void openData(const DataRecipe& data);

   public slots:
    /// Changes one setting, with undo.
    void changeHyperparameter(const QString& key, double value);
    /// Chooses another data set, network, norm type … for the next restart, with undo. `key` is a recipe's, e.g.
    /// "model.norm.type"; `name` is what people call it.
    void changeChoice(const QString& key, const QString& name, const QString& value);
    /// Starts again with all settings and plays.
    void restart();
    /// Back to step 0 with all settings, those that waited for it included; plays on if it was playing.
    void reset();

   signals:
    void hyperparameterChanged(const QString& key, double value);
    void choiceChanged(const QString& key, const QString& value);
    void needsRestartChanged(bool needed);
    /// All settings were replaced.
    void recipeReplaced();

   private:
    friend class ChangeChoice;
    friend class ChangeHyperparameter;
    void apply(const QString& key, double value);
    void applyChoice(const QString& key, const QString& value);
    void adoptRunningRecipe();
    /// The settings of the step that the run went back to; those that wait for a restart wait on.
    void adoptSettings(const telemetry::RunRewound& item);
    void updateNeedsRestart();

    RunController& m_run;
    Recipe m_recipe;
    Recipe m_running;
    QUndoStack m_undo;
    QAction m_restart;
    bool m_neededRestart = false;
};

}  // namespace normscope::app
