// Opening and saving: recipes, checkpoints, folders of images.
#pragma once

#include "app/controllers/ExperimentController.h"
#include "app/controllers/RunController.h"
#include "app/files/BackgroundWriter.h"
#include "app/files/RecentFiles.h"

#include <QAction>
#include <QObject>
#include <QString>

#include <functional>

class QMenu;

namespace normscope::app {

/// Owns the actions of the File menu. GUI thread; files are read on the session's thread, written by the
/// BackgroundWriter.
class FileController : public QObject {
    Q_OBJECT

   public:
    FileController(RunController& run, ExperimentController& experiment, BackgroundWriter& writer, RecentFiles recent,
                   QObject* parent = nullptr);

    /// Adds the actions to the menu, the list of recent files among them.
    void addActions(QMenu* menu);

    /// Where the settings are kept; empty if nowhere yet.
    QString recipePath() const { return m_recipePath; }
    const RecentFiles& recent() const { return m_recent; }

    /// How paths are asked for; file dialogs unless set. Empty: the user thought better of it.
    struct PathQuestions {
        std::function<QString(const QString& title, const QString& filter)> open;
        std::function<QString(const QString& title, const QString& suggestion, const QString& filter)> save;
    };
    void setPathQuestions(PathQuestions questions) { m_questions = std::move(questions); }

   public slots:
    /// A recipe, a checkpoint or resume file, a folder of images: whatever was dropped or named on the command line.
    void openPath(const QString& path, bool playAtOnce = true);
    void openRecipe();
    void openCheckpoint();
    void saveRecipe();
    void saveRecipeAs();
    /// Weights and running statistics of the run as it is now.
    void saveCheckpoint();
    /// Everything, for going on to the same bits: what trainOn() takes.
    void saveRun();
    /// Goes on from a checkpoint or resume file of ours.
    void trainOn(const QString& path);

   signals:
    /// A folder that holds images, not a run.
    void folderOpened(const QString& path);
    /// A checkpoint to look into.
    void checkpointOpened(const QString& path);
    void recipePathChanged(const QString& path);
    /// What was asked for cannot be done; a sentence for the user.
    void failed(const QString& sentence);

   private:
    QAction* makeAction(const QString& text, const QKeySequence& shortcut, const QString& toolTip,
                        void (FileController::*slot)());
    void remember(const QString& path);
    void showRecent();
    void writeRecipe(const QString& path);
    QString askForSave(const QString& title, const QString& suffix, const QString& filter) const;

    RunController& m_run;
    ExperimentController& m_experiment;
    BackgroundWriter& m_writer;
    RecentFiles m_recent;
    QMenu* m_recentMenu = nullptr;
    QString m_recipePath;
    PathQuestions m_questions;
};

}  // namespace normscope::app
