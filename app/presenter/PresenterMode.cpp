#include "app/presenter/PresenterMode.h"

#include <algorithm>

namespace normscope::app {
namespace {

/// On a low screen type cannot grow as much, or nothing is left for the plots.
qreal scaleFor(const QWidget& window) {
    constexpr qreal heightAtOnce = 640;
    return std::clamp(window.height() / heightAtOnce, 1.15, PresenterMode::scale);
}

}  // namespace

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
    m_theme.setScale(on ? scaleFor(*qobject_cast<QWidget*>(parent())) : 1);
    emit toggled(on);
}

}  // namespace normscope::app
