// The window for the last row of a lecture hall.
#pragma once

#include "widgets/theme/Theme.h"

#include <QAction>
#include <QObject>
#include <QPointer>
#include <QShortcut>
#include <QWidget>

#include <utility>
#include <vector>

namespace normscope::app {

/// F5 makes type and lines larger and hides what was given to hide(); F5 or Esc brings everything back as it was.
class PresenterMode : public QObject {
    Q_OBJECT

   public:
    static constexpr qreal scale = 1.35;

    PresenterMode(widgets::Theme& theme, QWidget* window);

    QAction* action() { return &m_action; }
    bool isOn() const { return m_action.isChecked(); }
    /// Not seen while presenting. Does not own it.
    void hide(QWidget* widget) { m_hidden.emplace_back(widget, true); }

   signals:
    void toggled(bool on);

   private:
    void apply(bool on);

    widgets::Theme& m_theme;
    QAction m_action;
    QShortcut m_escape;
    std::vector<std::pair<QPointer<QWidget>, bool>> m_hidden;  ///< and whether it was shown before
};

}  // namespace normscope::app
