#include "app/controllers/RecoveryController.h"

#include "core/train/ResumeFile.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QStandardPaths>

namespace normscope::app {
namespace {

constexpr int saveEvery = 30'000;
const auto pattern = QStringLiteral("run-*.safetensors");

QString lockOf(const QString& file) {
    return file + QStringLiteral(".lock");
}

}  // namespace

QString RecoveryController::defaultFolder() {
    return QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation) + QStringLiteral("/recovery");
}

RecoveryController::RecoveryController(RunController& run, BackgroundWriter& writer, const QString& folder,
                                       QObject* parent)
    : QObject(parent), m_run(run), m_writer(writer), m_folder(folder) {
    QDir().mkpath(folder);
    m_file = QDir(folder).filePath(QStringLiteral("run-%1.safetensors").arg(QCoreApplication::applicationPid()));
    // A process that is gone holds no lock, whatever number it had.
    m_lock = std::make_unique<QLockFile>(lockOf(m_file));
    m_lock->setStaleLockTime(0);
    m_lock->tryLock(0);
    m_timer.setInterval(saveEvery);
    connect(&m_timer, &QTimer::timeout, this, &RecoveryController::save);
    m_timer.start();
    connect(&writer, &BackgroundWriter::written, this, [this](const QString& path) {
        if (path != m_file || m_restored.isEmpty()) return;
        discard(m_restored);
        m_restored.clear();
    });
}

RecoveryController::~RecoveryController() {
    m_writer.waitForDone();
    QFile::remove(m_file);
    m_lock->unlock();
}

QStringList RecoveryController::leftRuns() const {
    QStringList left;
    const QDir folder(m_folder);
    for (const QString& name : folder.entryList({pattern}, QDir::Files, QDir::Time)) {
        const QString file = folder.filePath(name);
        if (file == m_file || file == m_restored) continue;
        QLockFile lock(lockOf(file));
        lock.setStaleLockTime(0);
        if (lock.tryLock(0)) left << file;  // nobody has it; unlocked again here
    }
    return left;
}

void RecoveryController::save() {
    const telemetry::Snapshot& snapshot = m_run.model().snapshot();
    const bool loaded = snapshot.state != telemetry::RunState::empty && snapshot.state != telemetry::RunState::loading;
    const bool moved = snapshot.run_id != m_savedRun || snapshot.step != m_savedStep;
    // What diverged is not worth going back to; the state saved before is.
    if (!loaded || !moved || snapshot.step.value == 0 || snapshot.state == telemetry::RunState::diverged) return;
    m_savedRun = snapshot.run_id;
    m_savedStep = snapshot.step;
    m_run.requestState(this, {}, [this](const std::optional<StatePath>& state) {
        if (!state) return;
        m_writer.write(m_file, [experiment = state->from] {
            const auto bytes = resume_bytes(*experiment);
            return QByteArray(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size()));
        });
    });
}

void RecoveryController::restore(const QString& file) {
    m_restored = file;
    m_run.loadSaved(file, Recipe(), false);
}

void RecoveryController::discard(const QString& file) {
    QFile::remove(file);
    QFile::remove(lockOf(file));
}

}  // namespace normscope::app
