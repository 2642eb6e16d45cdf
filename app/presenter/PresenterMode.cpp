#include "app/presenter/PresenterMode.h"

namespace normscope::app {

PresenterMode::PresenterMode(widgets::Theme& theme, QWidget* window)
    : QObject(window), m_theme(theme), m_escape(QKeySequence(Qt::Key_Escape), window) {
    m_action.setObjectName(QStringLiteral("presenterMode"));
    m_action.setText(tr("&Presenter mode"));
    m_action.setCheckable(true);
    m_action.setShortcut(Qt::Key_F5);
    m_action.setToolTip(tr("Larger type and lines for a projector, without the fine print; Esc ends it"));
    m_escape.setEnabled(false);
    connect(&m_action, &QAction::toggled, this, &PresenterMode::apply);
    connect(&m_escape, &QShortcut::activated, &m_action, [this] { m_action.setChecked(false); });
}

void PresenterMode::apply(bool on) {
    m_escape.setEnabled(on);
    for (auto& [widget, wasShown] : m_hidden) {
        if (!widget) continue;
        if (on) wasShown = !widget->isHidden();
        widget->setVisible(!on && wasShown);
    }
    m_theme.setScale(on ? scale : 1);
    emit toggled(on);
}

}  // namespace normscope::app
