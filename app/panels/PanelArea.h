// Panels around the workspace: moved, resized, hidden, and put back.
#pragma once

#include "widgets/theme/Theme.h"

#include <QAction>
#include <QByteArray>
#include <QDockWidget>
#include <QMainWindow>

#include <vector>

namespace normscope::app {

/// The middle of the window. Panels stand left or right of the pages, or float; their title bars drag them.
class PanelArea : public QMainWindow {
    Q_OBJECT

   public:
    PanelArea(widgets::Theme& theme, QWidget* pages, QWidget* parent = nullptr);

    /// Shows and hides it. `name` is what the layout is remembered by; takes the content over.
    QAction* addPanel(const QString& name, const QString& title, QWidget* content, Qt::DockWidgetArea area,
                      const QKeySequence& keys);
    QDockWidget* panel(const QString& name) const { return findChild<QDockWidget*>(name); }
    QAction* resetAction() { return &m_reset; }

    QByteArray layoutState() const { return saveState(version); }
    /// False if it is of another version; then nothing changes.
    bool restoreLayout(const QByteArray& state) { return !state.isEmpty() && restoreState(state, version); }

   public slots:
    /// Every panel where it was at first.
    void resetLayout();

   private:
    static constexpr int version = 1;

    widgets::Theme& m_theme;
    QAction m_reset;
    struct Place {
        QDockWidget* dock;
        Qt::DockWidgetArea area;
        int width;
    };
    std::vector<Place> m_places;
};

}  // namespace normscope::app
