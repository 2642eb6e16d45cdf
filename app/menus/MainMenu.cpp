#include "app/menus/MainMenu.h"

#include "app/pages/PageStack.h"
#include "app/palette/CommandList.h"
#include "app/panels/ExperimentPanel.h"

#include <QApplication>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QWhatsThis>

namespace normscope::app {
namespace {

void gather(const QList<QAction*>& actions, QList<QAction*>& leaves) {
    for (QAction* action : actions) {
        if (action->menu() != nullptr) {
            gather(action->menu()->actions(), leaves);
        } else if (!action->isSeparator()) {
            leaves << action;
        }
    }
}

}  // namespace

MainMenu::MainMenu(widgets::Theme& theme, const Parts& parts, QMainWindow& window)
    : QObject(&window),
      m_parts(parts),
      m_window(window),
      m_palette(new CommandPalette(theme, &window)),
      m_shortcuts(new ShortcutSheet(theme, *window.menuBar(), &window)) {
    buildEdit();
    buildRun();
    buildView();
    buildHelp();
    keepKeysAlive();
}

QMenu* MainMenu::addMenu(const QString& title) {
    QMenu* menu = m_window.menuBar()->addMenu(title);
    menu->setToolTipsVisible(true);
    return menu;
}

QAction* MainMenu::add(QMenu* menu, const QString& text, const QList<QKeySequence>& keys, const QString& toolTip) {
    QAction* action = menu->addAction(text);
    action->setShortcuts(keys);
    action->setToolTip(toolTip);
    return action;
}

void MainMenu::buildEdit() {
    QMenu* menu = addMenu(tr("&Edit"));
    QAction* undo = m_parts.experiment.undoStack().createUndoAction(this, tr("&Undo"));
    undo->setShortcut(QKeySequence::Undo);
    QAction* redo = m_parts.experiment.undoStack().createRedoAction(this, tr("&Redo"));
    redo->setShortcut(QKeySequence::Redo);
    menu->addActions({undo, redo});
    menu->addSeparator();
    QAction* find = add(menu, tr("&Find a command…"), {QKeySequence(Qt::CTRL | Qt::Key_K)},
                        tr("Find a command, page, setting or layer by its name"));
    connect(find, &QAction::triggered, this, &MainMenu::openPalette);
}

void MainMenu::buildRun() {
    QMenu* menu = addMenu(tr("&Run"));
    menu->addActions({m_parts.run.playPauseAction(), m_parts.run.stepAction(), m_parts.slowMotion.action()});
    menu->addSeparator();
    TimelineController& timeline = m_parts.timeline;
    menu->addActions({timeline.earlierAction(), timeline.laterAction(), timeline.firstAction(), timeline.followAction(),
                      timeline.rewindAction()});
    menu->addSeparator();
    menu->addActions({m_parts.run.lastGoodStepAction(), m_parts.run.resetAction(), m_parts.experiment.restartAction()});
}

void MainMenu::buildView() {
    QMenu* menu = addMenu(tr("&View"));
    QMenu* pages = menu->addMenu(tr("&Pages"));
    pages->setToolTipsVisible(true);
    int number = 0;
    for (const PageEntry& entry : pageList()) {
        QList<QKeySequence> keys;
        if (++number <= 10) keys << QKeySequence(Qt::CTRL | Qt::Key(Qt::Key_0 + number % 10));
        QAction* show = add(pages, entry.title, keys, entry.summary);
        connect(show, &QAction::triggered, &m_parts.pages, [this, name = entry.name] { m_parts.pages.showPage(name); });
    }
    menu->addSeparator();
    for (const QDockWidget* dock : m_parts.panels.findChildren<QDockWidget*>()) {
        menu->addAction(dock->toggleViewAction());
    }
    menu->addAction(m_parts.panels.resetAction());
    menu->addSeparator();
    QMenu* themes = menu->addMenu(tr("&Theme"));
    themes->setToolTipsVisible(true);
    themes->addActions(m_parts.themes.actions());
    themes->addSeparator();
    themes->addAction(m_parts.themes.darkAction());
    menu->addAction(m_parts.presenter.action());
    QAction* full = add(menu, tr("&Full screen"), {QKeySequence(Qt::Key_F11)}, tr("The whole screen for the window"));
    full->setCheckable(true);
    connect(full, &QAction::toggled, &m_window,
            [this](bool on) { m_window.setWindowState(m_window.windowState().setFlag(Qt::WindowFullScreen, on)); });
}

void MainMenu::buildHelp() {
    QMenu* menu = addMenu(tr("&Help"));
    QAction* sheet =
        add(menu, tr("&Keyboard shortcuts"), {QKeySequence(Qt::Key_F1), QKeySequence(Qt::CTRL | Qt::Key_Slash)},
            tr("All keys on one sheet"));
    connect(sheet, &QAction::triggered, m_shortcuts, &ShortcutSheet::open);
    QAction* what = QWhatsThis::createAction(this);
    what->setText(tr("What's &this?"));
    what->setShortcut(QKeySequence(Qt::SHIFT | Qt::Key_F1));
    what->setToolTip(tr("Then click a control or a plot to read what it is"));
    menu->addAction(what);
    menu->addSeparator();
    QAction* about =
        add(menu, tr("&About NormScope"), {QKeySequence(Qt::CTRL | Qt::Key_F1)}, tr("Version and licences"));
    connect(about, &QAction::triggered, &m_window, [this] {
        QMessageBox::about(&m_window, tr("About NormScope"),
                           tr("<h3>NormScope %1</h3><p>A desktop laboratory for batch normalization.</p>"
                              "<p>GPL-3.0-or-later. Uses Qt, QCustomPlot, Eigen; fonts Inter and JetBrains Mono; "
                              "images from Fashion-MNIST (Zalando, MIT).</p>")
                               .arg(QApplication::applicationVersion()));
    });
    QAction* qt = add(menu, tr("About &Qt"), {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_F1)}, tr("Version of Qt"));
    connect(qt, &QAction::triggered, qApp, &QApplication::aboutQt);
}

void MainMenu::keepKeysAlive() {
    QList<QAction*> leaves;
    gather(m_window.menuBar()->actions(), leaves);
    m_window.addActions(leaves);
}

void MainMenu::openPalette() {
    std::vector<Command> commands = menuCommands(*m_window.menuBar());
    for (auto&& more : {settingCommands(m_parts.panel), layerCommands(m_parts.run.model(), m_parts.selection)}) {
        commands.insert(commands.end(), more.begin(), more.end());
    }
    m_palette->open(std::move(commands));
}

}  // namespace normscope::app
