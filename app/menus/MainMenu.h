// The menus behind File: what can be done with the run and with the window.
#pragma once

#include "app/controllers/ExperimentController.h"
#include "app/controllers/RunController.h"
#include "app/controllers/SlowMotion.h"
#include "app/controllers/ThemeController.h"
#include "app/controllers/TimelineController.h"
#include "app/menus/ShortcutSheet.h"
#include "app/palette/CommandPalette.h"
#include "app/panels/PanelArea.h"
#include "app/presenter/PresenterMode.h"

#include <QMainWindow>
#include <QObject>

namespace normscope::app {

class ExperimentPanel;
class PageStack;

/// Every action has a place here and a key. Built once; what it shows follows the actions. The menus also work while
/// the menu bar is hidden.
class MainMenu : public QObject {
    Q_OBJECT

   public:
    struct Parts {
        RunController& run;
        ExperimentController& experiment;
        TimelineController& timeline;
        SlowMotion& slowMotion;
        ThemeController& themes;
        PresenterMode& presenter;
        SelectionModel& selection;
        PageStack& pages;
        PanelArea& panels;
        ExperimentPanel& panel;
    };

    /// Adds to the window's menu bar, which may have menus already.
    MainMenu(widgets::Theme& theme, const Parts& parts, QMainWindow& window);

    CommandPalette* palette() const { return m_palette; }
    ShortcutSheet* shortcuts() const { return m_shortcuts; }

   public slots:
    void openPalette();

   private:
    QMenu* addMenu(const QString& title);
    QAction* add(QMenu* menu, const QString& text, const QList<QKeySequence>& keys, const QString& toolTip);
    void buildEdit();
    void buildRun();
    void buildView();
    void buildHelp();
    /// A hidden menu bar would take its shortcuts with it.
    void keepKeysAlive();

    Parts m_parts;
    QMainWindow& m_window;
    CommandPalette* m_palette;
    ShortcutSheet* m_shortcuts;
};

}  // namespace normscope::app
