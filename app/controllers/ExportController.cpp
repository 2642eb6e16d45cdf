#include "app/controllers/ExportController.h"

#include "app/exports/ExportOnnx.h"
#include "app/exports/ExportTorch.h"
#include "core/train/StatePath.h"
#include "core/train/Trainer.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QLocale>
#include <QWidget>

#include <mutex>

namespace normscope::app {

using telemetry::RunState;

/// The session's thread hands the state over through it, also when the controller may be gone by then.
struct ExportController::Gate {
    std::mutex mutex;
    ExportController* controller;
};

ExportController::ExportController(RunController& run, StateFeed& feed, QWidget* window)
    : m_run(run), m_feed(feed), m_window(window), m_gate(std::make_shared<Gate>()) {
    m_gate->controller = this;
    m_thread.setMaxThreadCount(1);
    m_onnx.setText(tr("Export network as O&NNX…"));
    m_onnx.setToolTip(tr("Write the network on view for ONNX Runtime, OpenCV and others"));
    m_onnx.setShortcut(QKeySequence(Qt::CTRL | Qt::Key_E));
    m_torch.setText(tr("Export for &PyTorch…"));
    m_torch.setToolTip(tr("Write a folder with model.py and the weights of the network on view"));
    m_torch.setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E));
    m_cancel.setText(tr("&Cancel export"));
    m_cancel.setToolTip(tr("Stop the export that is being made; what was there before stays"));
    m_cancel.setShortcut(QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_E));
    connect(&m_onnx, &QAction::triggered, this, &ExportController::askForOnnxFile);
    connect(&m_torch, &QAction::triggered, this, &ExportController::askForTorchFolder);
    connect(&m_cancel, &QAction::triggered, this, &ExportController::cancel);
    connect(&run.model(), &RunModel::snapshotChanged, this, &ExportController::followRun);
    followRun();
}

ExportController::~ExportController() {
    {
        const std::lock_guard lock(m_gate->mutex);
        m_gate->controller = nullptr;
    }
    m_stop.request_stop();
    m_thread.waitForDone();
}

void ExportController::exportTo(ExportFormat format, const QString& path) {
    if (m_busy) return;
    m_busy = true;
    m_stop = std::stop_source();
    followRun();
    m_run.copyState(m_feed.viewedStep(),
                    [gate = m_gate, format, path, stop = m_stop.get_token()](std::optional<StatePath> state) {
                        const std::lock_guard lock(gate->mutex);
                        ExportController* controller = gate->controller;
                        if (!controller) return;
                        controller->m_thread.start([controller, state = std::move(state), format, path, stop] {
                            controller->work(state, format, path, stop);
                        });
                    });
}

void ExportController::cancel() {
    m_stop.request_stop();
}

void ExportController::work(const std::optional<StatePath>& state, ExportFormat format, const QString& path,
                            const std::stop_token& stop) {
    const instruments::Watch watch{stop, [this](double share) {
                                       QMetaObject::invokeMethod(
                                           this, [this, share] { emit progressed(share); }, Qt::QueuedConnection);
                                   }};
    Outcome outcome;
    try {
        outcome = write(state, format, path, watch);
    } catch (const instruments::Cancelled&) {
        outcome.cancelled = true;
    } catch (const std::exception& error) {
        outcome = {.sentence = QString::fromUtf8(error.what()), .failed = true};
    }
    QMetaObject::invokeMethod(
        this, [this, outcome] { finish(outcome); }, Qt::QueuedConnection);
}

ExportController::Outcome ExportController::write(const std::optional<StatePath>& state, ExportFormat format,
                                                  const QString& path, const instruments::Watch& watch) const {
    if (!state) return {.sentence = tr("There is no network to export yet."), .failed = true};
    Trainer trainer(1);
    const auto experiment = reach(*state, trainer, [&watch] { return watch.stop.stop_requested(); });
    if (!experiment) throw instruments::Cancelled();
    auto model = exports::export_model_of(*experiment);
    const std::filesystem::path file = path.toStdString();
    if (format == ExportFormat::PyTorch) {
        exports::export_torch(model, file, watch);
        return {.sentence = tr("Saved %1: model.py, the weights and the recipe.").arg(path)};
    }
    const DataSplit& data = experiment->data();
    const auto report = exports::export_onnx(std::move(model), data.eval ? *data.eval : *data.train,
                                             {format == ExportFormat::FoldedOnnx}, file, watch);
    return {.sentence = tr("Saved %1: it passes ONNX's check, and OpenCV gives the same logits within %2.")
                            .arg(path, QLocale().toString(report.difference, 'e', 1))};
}

void ExportController::finish(const Outcome& outcome) {
    m_busy = false;
    followRun();
    if (outcome.cancelled) {
        emit cancelled();
    } else if (outcome.failed) {
        emit failed(outcome.sentence);
    } else {
        emit exported(outcome.sentence);
    }
    emit ended();
}

void ExportController::followRun() {
    const RunState state = m_run.model().snapshot().state;
    const bool isThere = state != RunState::empty && state != RunState::loading;
    m_onnx.setEnabled(isThere && !m_busy);
    m_torch.setEnabled(isThere && !m_busy);
    m_cancel.setEnabled(m_busy);
}

QString ExportController::fileStem() const {
    const auto& run = m_run.model().description();
    const QString name = run ? QString::fromStdString(run->model_name) : QString();
    return name.isEmpty() ? tr("network") : name;
}

void ExportController::askForOnnxFile() {
    const QString kept = tr("ONNX, batch norm kept (*.onnx)"), folded = tr("ONNX, batch norm folded (*.onnx)");
    QString chosen = kept;
    QString path = QFileDialog::getSaveFileName(m_window, tr("Export network as ONNX"),
                                                fileStem() + QStringLiteral(".onnx"), kept + ";;" + folded, &chosen);
    if (path.isEmpty()) return;
    if (QFileInfo(path).suffix().isEmpty()) path += QStringLiteral(".onnx");
    exportTo(chosen == folded ? ExportFormat::FoldedOnnx : ExportFormat::Onnx, path);
}

void ExportController::askForTorchFolder() {
    const QString name = fileStem() + QStringLiteral("-pytorch");
    const QString parent =
        QFileDialog::getExistingDirectory(m_window, tr("Where to make the folder “%1” for PyTorch").arg(name));
    if (!parent.isEmpty()) exportTo(ExportFormat::PyTorch, QDir(parent).filePath(name));
}

}  // namespace normscope::app
