#include "app/MainWindow.h"

#include "app/pages/DataPage.h"
#include "app/pages/InspectPage.h"
#include "app/pages/PageStack.h"
#include "app/panels/ExperimentPanel.h"
#include "widgets/network/NetworkStrip.h"
#include "widgets/plots/PlotCard.h"
#include "widgets/status/OfferBar.h"
#include "widgets/status/StatusLine.h"
#include "widgets/theme/LabelStyle.h"
#include "widgets/transport/TransportBar.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QSettings>
#include <QVBoxLayout>

#include <cmath>

namespace normscope::app {

using telemetry::Snapshot;
using widgets::TextRole;

namespace {

/// The strip shows the input before the first layer.
LayerIndex in_strip(LayerIndex layer) {
    return {layer.value + 1};
}
LayerIndex in_network(LayerIndex block) {
    return {block.value - 1};
}

}  // namespace

MainWindow::MainWindow(widgets::Theme& theme, const LaunchOptions& options, QWidget* parent)
    : QMainWindow(parent),
      m_theme(theme),
      m_rememberLayout(options.rememberLayout),
      m_run(options.threads),
      m_files(m_run, m_experiment, m_writer, RecentFiles(options.rememberLayout)),
      m_strip(new widgets::NetworkStrip(theme)),
      m_transport(new widgets::TransportBar(theme, m_run.resetAction(), m_run.playPauseAction(), m_run.stepAction())),
      m_status(new widgets::StatusLine(theme)),
      m_panel(new ExperimentPanel(theme, m_experiment)),
      m_pages(new PageStack({theme, m_run, m_experiment, m_selection, m_feed, m_writer})),
      m_offer(new widgets::OfferBar(theme)) {
    setObjectName(QStringLiteral("mainWindow"));
    setWindowTitle(tr("NormScope"));
    setAcceptDrops(true);
    m_status->setThreads(m_run.threads());
    buildLayout();
    buildMenus();
    connectParts();
    applyTheme();
    restoreLayout(options);
    m_pages->showPage(options.view.isEmpty() ? QStringLiteral("statistics") : options.view);

    const bool playAtOnce = options.screenshot.isEmpty();
    // Images and checkpoints are looked at before anything is trained on them; meanwhile there is something to see.
    const bool isRecipe = options.recipe.endsWith(QLatin1String(".json"), Qt::CaseInsensitive);
    if (!isRecipe) m_experiment.startDefault(playAtOnce && options.recipe.isEmpty());
    if (!options.recipe.isEmpty()) m_files.openPath(options.recipe, playAtOnce);
    if (!options.recoveryFolder.isEmpty()) {
        m_recovery = std::make_unique<RecoveryController>(m_run, m_writer, options.recoveryFolder);
        offerLeftRuns();
    }
}

MainWindow::~MainWindow() = default;

void MainWindow::buildLayout() {
    auto* content = new QWidget;
    auto* middle = new QHBoxLayout;
    middle->setSpacing(0);
    middle->addWidget(m_panel);
    middle->addWidget(m_pages, 1);

    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_header = buildHeader();
    column->addWidget(m_header);
    column->addWidget(m_offer);
    column->addLayout(middle, 1);
    column->addWidget(m_transport);
    column->addWidget(m_status);
    setCentralWidget(content);
}

QWidget* MainWindow::buildHeader() {
    auto* header = new QWidget;
    header->setObjectName(QStringLiteral("header"));
    header->setAttribute(Qt::WA_StyledBackground);
    m_brand = new QLabel(tr("NormScope"));
    m_slogan = new QLabel(tr("watch batch normalization work"));
    auto* words = new QVBoxLayout;
    words->setSpacing(2);
    words->addStretch(1);
    words->addWidget(m_brand);
    words->addWidget(m_slogan);
    words->addStretch(1);
    auto* brandBox = new QWidget;
    brandBox->setLayout(words);
    brandBox->setFixedWidth(254);
    words->setContentsMargins(0, 0, 0, 0);

    auto* row = new QHBoxLayout(header);
    row->setContentsMargins(18, 8, 16, 8);
    row->addWidget(brandBox);
    row->addSpacing(16);
    row->addWidget(m_strip, 1);
    return header;
}

void MainWindow::buildMenus() {
    QMenu* file = menuBar()->addMenu(tr("&File"));
    m_files.addActions(file);
    file->addSeparator();
    file->addAction(tr("Choose &data…"), QKeySequence(Qt::CTRL | Qt::Key_D), this, &MainWindow::openData);
    file->addSeparator();
    file->addActions({m_export.onnxAction(), m_export.torchAction(), m_export.cancelAction()});
    file->addSeparator();
    file->addAction(tr("&Quit"), QKeySequence(Qt::CTRL | Qt::Key_Q), this, &QWidget::close);

    QMenu* edit = menuBar()->addMenu(tr("&Edit"));
    QAction* undo = m_experiment.undoStack().createUndoAction(this, tr("&Undo"));
    undo->setShortcut(QKeySequence::Undo);
    QAction* redo = m_experiment.undoStack().createRedoAction(this, tr("&Redo"));
    redo->setShortcut(QKeySequence::Redo);
    edit->addActions({undo, redo});

    QMenu* run = menuBar()->addMenu(tr("&Run"));
    run->addActions({m_run.playPauseAction(), m_run.stepAction(), m_run.lastGoodStepAction(), m_run.resetAction(),
                     m_experiment.restartAction()});

    QMenu* view = menuBar()->addMenu(tr("&View"));
    m_showPanel = view->addAction(tr("&Experiment panel"));
    m_showPanel->setCheckable(true);
    m_showPanel->setChecked(true);
    m_showPanel->setShortcut(Qt::Key_F8);
    connect(m_showPanel, &QAction::toggled, m_panel, &QWidget::setVisible);
    QAction* dark = view->addAction(tr("&Dark theme"));
    dark->setCheckable(true);
    dark->setChecked(m_theme.scheme() == widgets::ColorScheme::Dark);
    dark->setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_D));
    connect(dark, &QAction::toggled, this,
            [this](bool on) { m_theme.setScheme(on ? widgets::ColorScheme::Dark : widgets::ColorScheme::Light); });

    QMenu* help = menuBar()->addMenu(tr("&Help"));
    help->addAction(tr("&About NormScope"), this, [this] {
        QMessageBox::about(this, tr("About NormScope"),
                           tr("<h3>NormScope %1</h3><p>A desktop laboratory for batch normalization.</p>"
                              "<p>GPL-3.0-or-later. Uses Qt, QCustomPlot, Eigen; fonts Inter and JetBrains Mono; "
                              "images from Fashion-MNIST (Zalando, MIT).</p>")
                               .arg(QApplication::applicationVersion()));
    });
    help->addAction(tr("About &Qt"), qApp, &QApplication::aboutQt);

    m_runTitle = new QLabel;
    m_runTitle->setContentsMargins(0, 0, 16, 0);
    m_runTitle->setFixedHeight(menuBar()->sizeHint().height());
    menuBar()->setCornerWidget(m_runTitle);
}

void MainWindow::connectParts() {
    RunModel& model = m_run.model();
    connect(&model, &RunModel::runStarted, this, &MainWindow::startRun);
    connect(&model, &RunModel::snapshotChanged, this, &MainWindow::showProgress);
    connect(&model, &RunModel::eventsRecorded, this, &MainWindow::showEvents);
    connect(&model, &RunModel::noticed, this, &MainWindow::showNotice);
    connect(m_strip, &widgets::NetworkStrip::layerActivated, &m_selection,
            [this](LayerIndex block) { m_selection.selectLayer(in_network(block)); });
    connect(&m_selection, &SelectionModel::layerChanged, m_strip, [this] {
        if (m_selection.layer()) m_strip->selectLayer(in_strip(*m_selection.layer()));
    });
    connect(m_transport, &widgets::TransportBar::speedChanged, &m_run, &RunController::setSpeed);
    connect(&m_theme, &widgets::Theme::changed, this, &MainWindow::applyTheme);
    connect(&m_writer, &BackgroundWriter::failed, this, &MainWindow::showNotice);
    connect(&m_writer, &BackgroundWriter::written, m_status,
            [this](const QString& path) { m_status->showMessage(tr("Saved %1").arg(path)); });
    connectFiles();
    connectExports();
    connect(&m_feed, &StateFeed::failed, this, &MainWindow::showNotice);
    connect(m_pages, &PageStack::pageMade, this, &MainWindow::adoptPage);
}

void MainWindow::adoptPage(Page* page) {
    if (const auto* inspect = qobject_cast<InspectPage*>(page)) {
        connect(inspect, &InspectPage::openRequested, &m_files, &FileController::openCheckpoint);
        connect(inspect, &InspectPage::trainRequested, &m_files, &FileController::trainOn);
    }
    for (const auto& [name, plot] : page->plots()) {
        plot->setFileWriter([this](const QString& path, const QByteArray& bytes) { m_writer.write(path, bytes); });
        connect(plot, &widgets::PlotCard::exportFailed, this, &MainWindow::showNotice);
    }
}

void MainWindow::startRun() {
    const telemetry::RunDescription& run = *m_run.model().description();
    std::vector<telemetry::LayerDescription> blocks{{.name = "input", .kind = "Input", .detail = run.input_detail}};
    blocks.insert(blocks.end(), run.layers.begin(), run.layers.end());
    m_strip->setLayers(blocks);
    m_runTitle->setText(QStringLiteral("%1 · %2 · %3")
                            .arg(QString::fromStdString(run.data_name), QString::fromStdString(run.model_name),
                                 tr("seed %1").arg(run.seed)));
    m_runTitle->adjustSize();
    menuBar()->adjustSize();  // a corner widget does not tell that it has grown

    if (m_selection.layer()) m_strip->selectLayer(in_strip(*m_selection.layer()));
    showEvents();
}

void MainWindow::showProgress() {
    const Snapshot& snapshot = m_run.model().snapshot();
    m_transport->setStatus(snapshot);
    m_status->showSnapshot(snapshot);
}

void MainWindow::showEvents() {
    const Snapshot& snapshot = m_run.model().snapshot();
    std::vector<std::pair<double, QString>> marks;
    for (const telemetry::RunEvent& event : m_run.model().events()) {
        // The track is in images, events are in steps: take the steps so far as equally long.
        const auto last = static_cast<double>(std::max<std::int64_t>(snapshot.step.value, 1));
        marks.emplace_back(snapshot.progress * static_cast<double>(event.step.value) / last,
                           QString::fromStdString(event.label));
    }
    m_transport->setEvents(std::move(marks));
}

void MainWindow::showNotice(const QString& sentence) {
    m_status->showMessage(sentence, widgets::MessageKind::Warning);
}

void MainWindow::openData() {
    m_pages->showPage(QStringLiteral("data"));
}

void MainWindow::connectFiles() {
    connect(&m_files, &FileController::failed, this, &MainWindow::showNotice);
    connect(&m_files, &FileController::folderOpened, this, [this](const QString& folder) {
        m_pages->showPage(QStringLiteral("data"));
        if (auto* page = qobject_cast<DataPage*>(m_pages->currentPage())) page->openFolder(folder);
    });
    connect(&m_files, &FileController::checkpointOpened, this, [this](const QString& path) {
        m_pages->showPage(QStringLiteral("inspect"));
        if (auto* page = qobject_cast<InspectPage*>(m_pages->currentPage())) page->openFile(path);
    });
}

void MainWindow::connectExports() {
    connect(&m_export, &ExportController::failed, this, &MainWindow::showNotice);
    connect(&m_export, &ExportController::exported, m_status,
            [this](const QString& sentence) { m_status->showMessage(sentence); });
    connect(&m_export, &ExportController::cancelled, m_status,
            [this] { m_status->showMessage(tr("The export was cancelled; nothing was written.")); });
    connect(&m_export, &ExportController::progressed, m_status, [this](double share) {
        if (m_export.isBusy()) m_status->showMessage(tr("Exporting… %1 %").arg(std::lround(100 * share)));
    });
}

/// One at a time, the newest first.
void MainWindow::offerLeftRuns() {
    const QStringList left = m_recovery->leftRuns();
    if (left.isEmpty()) return;
    const QString file = left.first();
    const QString when = QLocale().toString(QFileInfo(file).lastModified(), QLocale::ShortFormat);
    m_offer->offer(tr("NormScope did not end properly. A run saved on %1 can go on from there.").arg(when),
                   {tr("Restore it"), tr("Discard it"), tr("Later")});
    connect(
        m_offer, &widgets::OfferBar::chosen, this,
        [this, file](int choice) {
            if (choice == 0) m_recovery->restore(file);
            if (choice == 1) m_recovery->discard(file);
            if (choice < 2) offerLeftRuns();
        },
        Qt::SingleShotConnection);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    const auto urls = event->mimeData()->urls();
    if (urls.size() == 1 && urls.first().isLocalFile()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    m_files.openPath(event->mimeData()->urls().first().toLocalFile());
}

void MainWindow::closeEvent(QCloseEvent* event) {
    keepLayout();
    m_run.pause();
    QMainWindow::closeEvent(event);
}

void MainWindow::applyTheme() {
    const auto& colors = m_theme.colors();
    widgets::setTextStyle(m_brand, m_theme.font(TextRole::Title), colors.text);
    widgets::setTextStyle(m_slogan, m_theme.font(TextRole::Small), colors.muted);
    widgets::setTextStyle(m_runTitle, m_theme.font(TextRole::Small), colors.muted);
    m_header->setStyleSheet(QStringLiteral("#header { background: %1; border-bottom: 1px solid %2; }")
                                .arg(colors.surface.name(), colors.border.name()));
}

void MainWindow::restoreLayout(const LaunchOptions& options) {
    resize(options.size.value_or(QSize(1440, 900)));
    if (!m_rememberLayout || options.size) return;
    const QSettings settings;
    restoreGeometry(settings.value(QStringLiteral("window/geometry")).toByteArray());
    m_showPanel->setChecked(settings.value(QStringLiteral("window/experimentPanel"), true).toBool());
}

void MainWindow::keepLayout() const {
    if (!m_rememberLayout) return;
    QSettings settings;
    settings.setValue(QStringLiteral("window/geometry"), saveGeometry());
    settings.setValue(QStringLiteral("window/experimentPanel"), m_showPanel->isChecked());
    settings.setValue(QStringLiteral("window/dark"), m_theme.scheme() == widgets::ColorScheme::Dark);
}

}  // namespace normscope::app
