// The main window: puts the parts together.
#pragma once

#include "app/LaunchOptions.h"
#include "app/controllers/ExperimentController.h"
#include "app/controllers/ExportController.h"
#include "app/controllers/FileController.h"
#include "app/controllers/PlotSaver.h"
#include "app/controllers/RecoveryController.h"
#include "app/controllers/RunController.h"
#include "app/controllers/SlowMotion.h"
#include "app/controllers/SurgeryController.h"
#include "app/controllers/ThemeController.h"
#include "app/controllers/TimelineController.h"
#include "app/files/BackgroundWriter.h"
#include "app/menus/HelpFromToolTips.h"
#include "app/models/SelectionModel.h"
#include "app/models/StateFeed.h"
#include "app/models/WatchCost.h"
#include "app/pages/Page.h"
#include "app/presenter/PresenterMode.h"
#include "widgets/theme/Theme.h"

#include <QMainWindow>

#include <memory>

class QLabel;

namespace normscope::widgets {
class NetworkStrip;
class OfferBar;
class StatusLine;
class TransportBar;
}  // namespace normscope::widgets

namespace normscope::app {

class DivergenceBanner;
class ExperimentPanel;
class MainMenu;
class PageStack;
class PanelArea;

/// Owns models and controllers and lays out what shows them. Holds no state of the experiment.
class MainWindow : public QMainWindow {
    Q_OBJECT

   public:
    /// Starts the default experiment or the recipe of the options.
    MainWindow(widgets::Theme& theme, const LaunchOptions& options, QWidget* parent = nullptr);
    ~MainWindow() override;

    RunController& run() { return m_run; }
    ExperimentController& experiment() { return m_experiment; }
    SelectionModel& selection() { return m_selection; }
    BackgroundWriter& writer() { return m_writer; }
    FileController& files() { return m_files; }
    RecoveryController* recovery() { return m_recovery.get(); }
    widgets::OfferBar* offerBar() const { return m_offer; }
    ExperimentPanel* experimentPanel() const { return m_panel; }
    StateFeed& feed() { return m_feed; }
    ExportController& exporter() { return m_export; }
    SurgeryController& surgery() { return m_surgery; }
    PageStack* pages() const { return m_pages; }
    PlotSaver* plotSaver() const { return m_plotSaver; }
    widgets::NetworkStrip* networkStrip() const { return m_strip; }
    widgets::TransportBar* transport() const { return m_transport; }
    TimelineController& timeline() { return m_timeline; }
    SlowMotion& slowMotion() { return m_slowMotion; }
    ThemeController& themes() { return m_themes; }
    PresenterMode& presenter() { return *m_presenter; }
    PanelArea* panels() const { return m_panels; }
    MainMenu* menus() const { return m_menus; }

   protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

   private:
    void buildLayout();
    QWidget* buildHeader();
    void buildMenus();
    void connectParts();
    void connectTimeline();
    void connectSlowMotion();
    void startRun();
    void showProgress();
    void showEvents();
    void showViewedStep();
    void showNotice(const QString& sentence);
    double drawnMilliseconds() const;
    void adoptPage(Page* page);
    void connectFiles();
    void connectExports();
    void openData();
    void offerLeftRuns();
    void applyTheme();
    void restoreLayout(const LaunchOptions& options);
    void keepLayout() const;

    widgets::Theme& m_theme;
    bool m_rememberLayout;
    RunController m_run;
    ExperimentController m_experiment{m_run};
    SelectionModel m_selection{m_run.model()};
    StateFeed m_feed{m_run};
    ExportController m_export{m_run, m_feed, this};
    SurgeryController m_surgery{m_run, m_experiment, m_selection, m_feed};
    BackgroundWriter m_writer;
    FileController m_files;
    std::unique_ptr<RecoveryController> m_recovery;  ///< none for unattended runs
    TimelineController m_timeline{m_run, m_feed};
    SlowMotion m_slowMotion{m_run, m_feed, m_selection};
    WatchCost m_cost{m_run, m_feed, [this] { return drawnMilliseconds(); }};
    ThemeController m_themes;
    HelpFromToolTips m_help;
    PresenterMode* m_presenter;
    widgets::NetworkStrip* m_strip;
    widgets::TransportBar* m_transport;
    widgets::StatusLine* m_status;
    ExperimentPanel* m_panel;
    PageStack* m_pages;
    PlotSaver* m_plotSaver;
    widgets::OfferBar* m_offer;
    PanelArea* m_panels;
    DivergenceBanner* m_divergence;
    MainMenu* m_menus = nullptr;
    QWidget* m_header = nullptr;
    QWidget* m_brandBox = nullptr;
    QLabel* m_brand = nullptr;
    QLabel* m_slogan = nullptr;
    QLabel* m_runTitle = nullptr;
};

}  // namespace normscope::app
