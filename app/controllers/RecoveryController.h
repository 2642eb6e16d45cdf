// Keeps the run on disk, so that a crash loses seconds at most.
#pragma once

#include "app/controllers/RunController.h"
#include "app/files/BackgroundWriter.h"

#include <QLockFile>
#include <QObject>
#include <QString>
#include <QStringList>
#include <QTimer>

#include <memory>

namespace normscope::app {

/// Saves the run to a file of this process every so often, off the GUI thread, and removes that file when the window is
/// closed. Files that other processes left behind without ending properly are offered back. GUI thread.
class RecoveryController : public QObject {
    Q_OBJECT

   public:
    /// In `folder`, which is made if need be; tests give their own.
    RecoveryController(RunController& run, BackgroundWriter& writer, const QString& folder, QObject* parent = nullptr);
    ~RecoveryController() override;

    /// The user's own data folder.
    static QString defaultFolder();

    /// Of processes that are gone, newest first.
    QStringList leftRuns() const;
    QString ownFile() const { return m_file; }

    /// How often; 30 s if not set.
    void setInterval(int milliseconds) { m_timer.setInterval(milliseconds); }

   public slots:
    /// Saves now, if the run has moved since the last time.
    void save();
    /// Goes on with a left run. Its file goes when this run has been saved itself.
    void restore(const QString& file);
    /// Removes the file of a left run.
    void discard(const QString& file);

   private:
    RunController& m_run;
    BackgroundWriter& m_writer;
    QString m_folder;
    QString m_file;
    std::unique_ptr<QLockFile> m_lock;
    QTimer m_timer;
    std::uint64_t m_savedRun = 0;
    StepIndex m_savedStep{-1};
    QString m_restored;  ///< not yet saved under our own name
};

}  // namespace normscope::app
