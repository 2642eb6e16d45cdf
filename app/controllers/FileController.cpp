#include "app/controllers/FileController.h"

#include "core/Error.h"
#include "core/recipe/RecipeJson.h"
#include "core/train/Checkpoint.h"
#include "core/train/ResumeFile.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>

#include <utility>

namespace normscope::app {
namespace {

QByteArray bytesOf(const std::vector<std::byte>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())};
}

}  // namespace

FileController::FileController(RunController& run, ExperimentController& experiment, BackgroundWriter& writer,
                               RecentFiles recent, QObject* parent)
    : QObject(parent), m_run(run), m_experiment(experiment), m_writer(writer), m_recent(std::move(recent)) {
    m_questions.open = [](const QString& title, const QString& filter) {
        return QFileDialog::getOpenFileName(nullptr, title, {}, filter);
    };
    m_questions.save = [](const QString& title, const QString& suggestion, const QString& filter) {
        return QFileDialog::getSaveFileName(nullptr, title, suggestion, filter);
    };
}

QAction* FileController::makeAction(const QString& text, const QKeySequence& shortcut, const QString& toolTip,
                                    void (FileController::*slot)()) {
    auto* action = new QAction(text, this);
    action->setShortcut(shortcut);
    action->setToolTip(toolTip);
    connect(action, &QAction::triggered, this, slot);
    return action;
}

void FileController::addActions(QMenu* menu) {
    menu->addAction(makeAction(tr("&Open recipe…"), QKeySequence::Open, tr("Open settings and start a run with them"),
                               &FileController::openRecipe));
    menu->addAction(makeAction(tr("Open &checkpoint…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O),
                               tr("Look into a safetensors file, ours or PyTorch's"), &FileController::openCheckpoint));
    m_recentMenu = menu->addMenu(tr("Open &recent"));
    showRecent();
    menu->addSeparator();
    menu->addAction(makeAction(tr("&Save recipe"), QKeySequence::Save, tr("Save the present settings"),
                               &FileController::saveRecipe));
    menu->addAction(makeAction(tr("Save recipe &as…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_S),
                               tr("Save the present settings in a new file"), &FileController::saveRecipeAs));
    menu->addAction(makeAction(tr("Save chec&kpoint…"), QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_S),
                               tr("Save weights and running statistics with PyTorch's names (safetensors)"),
                               &FileController::saveCheckpoint));
    menu->addAction(makeAction(tr("Save r&un…"), QKeySequence(Qt::CTRL | Qt::ALT | Qt::SHIFT | Qt::Key_S),
                               tr("Save everything about the run, so that it goes on to the same bits when opened"),
                               &FileController::saveRun));
}

void FileController::openPath(const QString& path, bool playAtOnce) {
    const QFileInfo file(path);
    const QString suffix = file.suffix().toLower();
    if (!file.exists()) {
        emit failed(tr("There is no file '%1'.").arg(path));
    } else if (file.isDir()) {
        remember(path);
        emit folderOpened(file.absoluteFilePath());
    } else if (suffix == QLatin1String("json")) {
        remember(path);
        m_recipePath = file.absoluteFilePath();
        emit recipePathChanged(m_recipePath);
        m_experiment.openRecipe(path, playAtOnce);
    } else if (suffix == QLatin1String("safetensors")) {
        remember(path);
        emit checkpointOpened(file.absoluteFilePath());
    } else {
        emit failed(tr("'%1' was not opened: recipes (.json), checkpoints (.safetensors) and folders of images can be. "
                       "Other data are read on the Data page.")
                        .arg(path));
    }
}

void FileController::openRecipe() {
    const QString path = m_questions.open(tr("Open recipe"), tr("Recipes (*.json)"));
    if (!path.isEmpty()) openPath(path);
}

void FileController::openCheckpoint() {
    const QString path = m_questions.open(tr("Open checkpoint"), tr("Checkpoints (*.safetensors)"));
    if (!path.isEmpty()) openPath(path);
}

void FileController::saveRecipe() {
    if (m_recipePath.isEmpty()) return saveRecipeAs();
    writeRecipe(m_recipePath);
}

void FileController::saveRecipeAs() {
    const QString path = askForSave(tr("Save recipe"), QStringLiteral("json"), tr("Recipes (*.json)"));
    if (path.isEmpty()) return;
    m_recipePath = path;
    emit recipePathChanged(path);
    writeRecipe(path);
    remember(path);
}

void FileController::writeRecipe(const QString& path) {
    m_writer.write(path, QByteArray::fromStdString(to_json(m_experiment.recipe())));
}

QString FileController::askForSave(const QString& title, const QString& suffix, const QString& filter) const {
    const QString name =
        m_recipePath.isEmpty() ? QStringLiteral("experiment") : QFileInfo(m_recipePath).completeBaseName();
    QString path = m_questions.save(title, name + QLatin1Char('.') + suffix, filter);
    if (!path.isEmpty() && QFileInfo(path).suffix().isEmpty()) path += QLatin1Char('.') + suffix;
    return path;
}

void FileController::saveCheckpoint() {
    const QString path =
        askForSave(tr("Save checkpoint"), QStringLiteral("safetensors"), tr("Checkpoints (*.safetensors)"));
    if (path.isEmpty()) return;
    m_run.requestState(this, {}, [this, path](const std::optional<StatePath>& state) {
        if (!state) return;
        m_writer.write(path, [model = state->from] { return bytesOf(checkpoint_bytes(*model)); });
        remember(path);
    });
}

void FileController::saveRun() {
    const QString path = askForSave(tr("Save run"), QStringLiteral("safetensors"), tr("Runs (*.safetensors)"));
    if (path.isEmpty()) return;
    m_run.requestState(this, {}, [this, path](const std::optional<StatePath>& state) {
        if (!state) return;
        m_writer.write(path, [model = state->from] { return bytesOf(resume_bytes(*model)); });
        remember(path);
    });
}

void FileController::trainOn(const QString& path) {
    m_run.loadSaved(path, m_experiment.recipe(), false);
    remember(path);
}

void FileController::remember(const QString& path) {
    m_recent.add(path);
    showRecent();
}

void FileController::showRecent() {
    if (m_recentMenu == nullptr) return;
    m_recentMenu->clear();
    for (const QString& path : m_recent.paths()) {
        QString text = QDir::toNativeSeparators(path);
        text.replace(QLatin1Char('&'), QStringLiteral("&&"));
        m_recentMenu->addAction(text, this, [this, path] { openPath(path); });
    }
    m_recentMenu->setEnabled(!m_recent.paths().isEmpty());
    if (m_recent.paths().isEmpty()) return;
    m_recentMenu->addSeparator();
    m_recentMenu->addAction(tr("&Clear this list"), this, [this] {
        m_recent.clear();
        showRecent();
    });
}

}  // namespace normscope::app
