// Exports of the network on view, made off the GUI thread.
#pragma once

#include "app/controllers/RunController.h"
#include "app/models/StateFeed.h"

#include <QAction>
#include <QObject>
#include <QString>
#include <QThreadPool>

#include <memory>
#include <stop_token>

class QWidget;

namespace normscope::app {

enum class ExportFormat { Onnx, FoldedOnnx, PyTorch };

/// Owns the export actions. One export at a time; it is of the step on view when it was asked for, and the run goes on
/// meanwhile. GUI thread; nothing here waits, but the destructor does, for a cancelled export to end.
class ExportController : public QObject {
    Q_OBJECT

   public:
    /// `window`: what file dialogs belong to.
    ExportController(RunController& run, StateFeed& feed, QWidget* window);
    ~ExportController() override;

    /// Ask for a place, then export.
    QAction* onnxAction() { return &m_onnx; }
    QAction* torchAction() { return &m_torch; }
    /// Enabled while an export is being made.
    QAction* cancelAction() { return &m_cancel; }

    bool isBusy() const { return m_busy; }
    /// Writes the file, or for PyTorch the folder, `path`. Returns at once; exported() or failed() tells how it went,
    /// and neither of them if it was cancelled. Does nothing while another export is being made.
    void exportTo(ExportFormat format, const QString& path);

   public slots:
    void cancel();

   signals:
    /// Share done, 0 … 1.
    void progressed(double share);
    /// A sentence that says what was written and how it was checked.
    void exported(const QString& sentence);
    void failed(const QString& sentence);
    void cancelled();
    /// isBusy() became false.
    void ended();

   private:
    struct Gate;
    struct Outcome {
        QString sentence;
        bool failed = false;
        bool cancelled = false;
    };

    void askForOnnxFile();
    void askForTorchFolder();
    QString fileStem() const;
    void followRun();
    /// On the export's thread.
    void work(const std::optional<StatePath>& state, ExportFormat format, const QString& path,
              const std::stop_token& stop);
    Outcome write(const std::optional<StatePath>& state, ExportFormat format, const QString& path,
                  const instruments::Watch& watch) const;
    void finish(const Outcome& outcome);

    RunController& m_run;
    StateFeed& m_feed;
    QWidget* m_window;
    QAction m_onnx;
    QAction m_torch;
    QAction m_cancel;
    bool m_busy = false;
    std::stop_source m_stop;
    std::shared_ptr<Gate> m_gate;
    QThreadPool m_thread;
};

}  // namespace normscope::app
