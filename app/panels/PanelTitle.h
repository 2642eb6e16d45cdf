// The title bar of a panel: its name and the buttons that float and hide it.
#pragma once

#include "widgets/theme/Theme.h"

#include <QDockWidget>
#include <QLabel>
#include <QToolButton>

namespace normscope::app {

/// Dragging it moves the panel, a double click lets it float: QDockWidget does both where the title ignores the mouse.
class PanelTitle : public QWidget {
    Q_OBJECT

   public:
    PanelTitle(widgets::Theme& theme, QDockWidget* dock);

   protected:
    void paintEvent(QPaintEvent* event) override;

   private:
    QToolButton* addButton(const QString& icon, const QString& text);
    void applyTheme();

    widgets::Theme& m_theme;
    QLabel* m_title;
    QToolButton* m_float;
    QToolButton* m_hide;
};

}  // namespace normscope::app
