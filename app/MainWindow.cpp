#include "app/MainWindow.h"

#include "app/menus/LayerMenu.h"
#include "app/menus/MainMenu.h"
#include "app/pages/DataPage.h"
#include "app/pages/InspectPage.h"
#include "app/pages/PageStack.h"
#include "app/panels/DivergenceBanner.h"
#include "app/panels/ExperimentPanel.h"
#include "app/panels/PanelArea.h"
#include "widgets/network/NetworkStrip.h"
#include "widgets/plots/PlotCard.h"
#include "widgets/plots/SeriesPlot.h"
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
std::optional<LayerIndex> in_strip(std::optional<LayerIndex> layer) {
    return layer ? std::optional(in_strip(*layer)) : std::nullopt;
}

ThemeChoice choiceOf(const LaunchOptions& options) {
    if (options.theme) return *options.theme;
    if (options.rememberLayout) {
        const QSettings settings;
        const auto remembered = themeNamed(settings.value(QStringLiteral("window/theme")).toString());
        if (remembered) return *remembered;
        const QVariant dark = settings.value(QStringLiteral("window/dark"));  // of older versions
        if (dark.isValid()) return dark.toBool() ? ThemeChoice::Dark : ThemeChoice::Light;
    }
    return ThemeChoice::System;
}

}  // namespace

MainWindow::MainWindow(widgets::Theme& theme, const LaunchOptions& options, QWidget* parent)
    : QMainWindow(parent),
      m_theme(theme),
      m_rememberLayout(options.rememberLayout),
      m_run(options.threads),
      m_files(m_run, m_experiment, m_writer, RecentFiles(options.rememberLayout)),
      m_themes(theme, choiceOf(options)),
      m_presenter(new PresenterMode(theme, this)),
      m_strip(new widgets::NetworkStrip(theme)),
      m_transport(new widgets::TransportBar(theme, m_run.resetAction(), m_run.playPauseAction(), m_run.stepAction())),
      m_status(new widgets::StatusLine(theme)),
      m_panel(new ExperimentPanel(theme, m_experiment)),
      m_pages(new PageStack({theme, m_run, m_experiment, m_selection, m_feed, m_writer})),
      m_plotSaver(new PlotSaver(*m_pages, m_writer, this)),
      m_offer(new widgets::OfferBar(theme)),
      m_panels(new PanelArea(theme, m_pages)),
      m_divergence(new DivergenceBanner(theme, m_run, m_selection)) {
    setObjectName(QStringLiteral("mainWindow"));
    setWindowTitle(tr("NormScope"));
    setAcceptDrops(true);
    m_status->setThreads(m_run.threads());
    m_panel->setWhatsThis(tr("The settings of the experiment; each says what it does and when a change takes effect"));
    m_pages->tabs()->setToolTip(tr("Pages of the workspace"));
    qApp->installEventFilter(&m_help);
    buildLayout();
    buildMenus();
    connectParts();
    connectTimeline();
    connectSlowMotion();
    // Widgets given another parent lose fonts and colours set before (QStyleSheetStyle): everybody sets them anew.
    emit m_theme.changed();
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

MainWindow::~MainWindow() {
    hide();  // pages hear of it while what they work with is still there
}

void MainWindow::buildLayout() {
    auto* content = new QWidget;
    m_panels->addPanel(QStringLiteral("experiment"), tr("Experiment"), m_panel, Qt::LeftDockWidgetArea,
                       QKeySequence(Qt::Key_F8));
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    content->setAccessibleName(tr("Window"));
    content->setFocusPolicy(Qt::ClickFocus);  // keys go to the window at first, and after a click on nothing
    content->setFocus();
    m_header = buildHeader();
    column->addWidget(m_header);
    column->addWidget(m_offer);
    column->addWidget(m_panels, 1);
    column->addWidget(m_divergence);
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
    m_presenter->hide(m_slogan);
    auto* words = new QVBoxLayout;
    words->setSpacing(2);
    words->addStretch(1);
    words->addWidget(m_brand);
    words->addWidget(m_slogan);
    words->addStretch(1);
    m_brandBox = new QWidget;
    m_brandBox->setLayout(words);
    words->setContentsMargins(0, 0, 0, 0);

    auto* row = new QHBoxLayout(header);
    row->setContentsMargins(18, 8, 16, 8);
    row->addWidget(m_brandBox);
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
    file->addActions({m_plotSaver->action(), m_export.onnxAction(), m_export.torchAction(), m_export.cancelAction()});
    file->addSeparator();
    file->addAction(tr("&Quit"), QKeySequence(Qt::CTRL | Qt::Key_Q), this, &QWidget::close);

    auto* layer = new LayerMenu(m_theme, {m_surgery, m_selection, m_feed, *m_pages, *m_strip}, *this);
    menuBar()->addMenu(layer);
    m_menus = new MainMenu(m_theme,
                           {m_run, m_experiment, m_timeline, m_slowMotion, m_themes, *m_presenter, m_selection,
                            *m_pages, *m_panels, *m_panel},
                           *this);
    constexpr int viewMenu = 4;  // behind File, Layer, Edit and Run
    menuBar()->insertMenu(menuBar()->actions().at(viewMenu), layer);
    m_presenter->hide(menuBar());
    m_presenter->hide(m_status);

    m_runTitle = new QLabel;
    m_runTitle->setContentsMargins(0, 0, 16, 0);
    m_runTitle->setFixedHeight(28);  // the menu bar would grow with it, but not shrink again
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
    connect(&m_selection, &SelectionModel::microscopeRequested, m_pages,
            [this] { m_pages->showPage(QStringLiteral("microscope")); });
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

void MainWindow::connectTimeline() {
    RunModel& model = m_run.model();
    m_transport->setScale({.shareOf = [&model](StepIndex step) { return model.shareOf(step); },
                           .stepAt = [&model](double share) { return model.stepAt(share); }});
    m_transport->setViewActions(m_timeline.followAction(), m_timeline.rewindAction());
    connect(m_transport, &widgets::TransportBar::stepChosen, &m_feed, &StateFeed::showStep);
    connect(m_transport, &widgets::TransportBar::followChosen, &m_feed, &StateFeed::follow);
    connect(&m_feed, &StateFeed::viewedStepChanged, this, &MainWindow::showViewedStep);
    connect(m_divergence, &DivergenceBanner::originChanged, m_strip,
            [this](std::optional<LayerIndex> layer) { m_strip->showOrigin(in_strip(layer)); });
    connect(&m_cost, &WatchCost::changed, m_status, [this] {
        const CostShares& cost = m_cost.shares();
        m_status->showCost(cost.recording, cost.measuring, cost.drawing);
    });
}

void MainWindow::connectSlowMotion() {
    m_transport->addRoundAction(m_slowMotion.action(), QStringLiteral("slowMotion"), QStringLiteral("gauge"),
                                QStringLiteral("close"));
    connect(&m_slowMotion, &SlowMotion::phaseShown, m_transport, [this](SlowMotion::Phase phase, const QString& text) {
        m_transport->showPhase(SlowMotion::phaseNames(), static_cast<int>(phase), text);
    });
    connect(&m_slowMotion, &SlowMotion::layerReached, m_strip,
            [this](std::optional<LayerIndex> layer) { m_strip->showReached(in_strip(layer)); });
    connect(&m_slowMotion, &SlowMotion::ended, m_transport, &widgets::TransportBar::hidePhases);
    connect(m_presenter, &PresenterMode::toggled, m_panel, [this](bool on) { m_panel->setFinePrintVisible(!on); });
}

void MainWindow::adoptPage(Page* page) {
    if (const auto* inspect = qobject_cast<InspectPage*>(page)) {
        connect(inspect, &InspectPage::openRequested, &m_files, &FileController::openCheckpoint);
        connect(inspect, &InspectPage::trainRequested, &m_files, &FileController::trainOn);
    }
    emit m_theme.changed();  // it has another parent now, see the constructor
    for (const auto& [name, plot] : page->plots()) {
        plot->setFileWriter([this](const QString& path, const QByteArray& bytes) { m_writer.write(path, bytes); });
        connect(plot, &widgets::PlotCard::exportFailed, this, &MainWindow::showNotice);
        auto* series = qobject_cast<widgets::SeriesPlot*>(plot);
        if (series == nullptr) continue;
        const auto showViewed = [this, series] {
            const auto step = m_feed.viewedStep();
            series->setViewedStep(step ? std::optional(static_cast<double>(step->value)) : std::nullopt);
        };
        connect(&m_feed, &StateFeed::viewedStepChanged, series, showViewed);
        showViewed();
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
    std::vector<widgets::ProgressTrack::Event> marks;
    for (const telemetry::RunEvent& event : m_run.model().events()) {
        marks.emplace_back(event.step, QString::fromStdString(event.label));
    }
    m_transport->setEvents(std::move(marks));
}

void MainWindow::showViewedStep() {
    m_transport->setViewedStep(m_feed.viewedStep());
}

double MainWindow::drawnMilliseconds() const {
    double sum = m_run.clock().spentMilliseconds();
    for (const widgets::PlotCard* plot : m_pages->findChildren<widgets::PlotCard*>()) sum += plot->drawnMilliseconds();
    return sum;
}

void MainWindow::showNotice(const QString& sentence) {
    m_status->showMessage(sentence, widgets::MessageKind::Warning);
}

void MainWindow::openData() {
    m_pages->showPage(QStringLiteral("data"));
}

void MainWindow::connectFiles() {
    connect(&m_files, &FileController::failed, this, &MainWindow::showNotice);
    connect(m_plotSaver, &PlotSaver::failed, this, &MainWindow::showNotice);
    connect(m_plotSaver, &PlotSaver::saving, m_status, [this](int files, const QString& folder) {
        m_status->showMessage(tr("%1 files are written into %2").arg(files).arg(folder));
    });
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
    m_runTitle->adjustSize();
    m_brandBox->setFixedWidth(m_theme.scaled(254));
    m_header->setStyleSheet(QStringLiteral("#header { background: %1; border-bottom: 1px solid %2; }")
                                .arg(colors.surface.name(), colors.border.name()));
}

void MainWindow::restoreLayout(const LaunchOptions& options) {
    resize(options.size.value_or(QSize(1440, 900)));
    m_panels->resetLayout();
    if (!m_rememberLayout || options.size) return;
    const QSettings settings;
    restoreGeometry(settings.value(QStringLiteral("window/geometry")).toByteArray());
    m_panels->restoreLayout(settings.value(QStringLiteral("window/panels")).toByteArray());
}

void MainWindow::keepLayout() const {
    if (!m_rememberLayout) return;
    QSettings settings;
    settings.setValue(QStringLiteral("window/geometry"), saveGeometry());
    settings.setValue(QStringLiteral("window/panels"), m_panels->layoutState());
    if (m_themes.wasChosen()) settings.setValue(QStringLiteral("window/theme"), nameOf(m_themes.choice()));
}

}  // namespace normscope::app
