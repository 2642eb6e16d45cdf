#include "app/panels/PanelArea.h"

#include "app/panels/PanelTitle.h"

namespace normscope::app {

PanelArea::PanelArea(widgets::Theme& theme, QWidget* pages, QWidget* parent) : QMainWindow(parent), m_theme(theme) {
    setWindowFlags(Qt::Widget);
    setObjectName(QStringLiteral("panelArea"));
    setContextMenuPolicy(Qt::NoContextMenu);
    setDockOptions(QMainWindow::AnimatedDocks | QMainWindow::AllowTabbedDocks);
    setCentralWidget(pages);
    m_reset.setObjectName(QStringLiteral("resetLayout"));
    m_reset.setText(tr("&Reset layout"));
    m_reset.setShortcut(QKeySequence(Qt::SHIFT | Qt::Key_F8));
    m_reset.setToolTip(tr("Every panel back to its place and size"));
    connect(&m_reset, &QAction::triggered, this, &PanelArea::resetLayout);
    // Panels grow and shrink with the type in them.
    connect(&theme, &widgets::Theme::changed, this, [this, before = theme.scale()]() mutable {
        const qreal ratio = m_theme.scale() / before;
        before = m_theme.scale();
        if (qFuzzyCompare(ratio, 1)) return;
        for (const Place& place : m_places) {
            resizeDocks({place.dock}, {qRound(place.dock->width() * ratio)}, Qt::Horizontal);
        }
    });
}

QAction* PanelArea::addPanel(const QString& name, const QString& title, QWidget* content, Qt::DockWidgetArea area,
                             const QKeySequence& keys) {
    auto* dock = new QDockWidget(title, this);
    dock->setObjectName(name);
    dock->setAllowedAreas(Qt::LeftDockWidgetArea | Qt::RightDockWidgetArea);
    dock->setTitleBarWidget(new PanelTitle(m_theme, dock));
    dock->setWidget(content);
    addDockWidget(area, dock);
    // A panel that floats has another parent: fonts and colours set before are lost (QStyleSheetStyle).
    connect(dock, &QDockWidget::topLevelChanged, &m_theme, &widgets::Theme::changed);
    m_places.push_back({dock, area, content->sizeHint().width()});
    QAction* toggle = dock->toggleViewAction();
    toggle->setShortcut(keys);
    toggle->setToolTip(tr("Show or hide the panel “%1”").arg(title));
    return toggle;
}

void PanelArea::resetLayout() {
    for (const Place& place : m_places) {
        place.dock->setFloating(false);
        addDockWidget(place.area, place.dock);
        place.dock->show();
        resizeDocks({place.dock}, {m_theme.scaled(place.width)}, Qt::Horizontal);
    }
}

}  // namespace normscope::app
