#include "widgets/transport/RoundButton.h"

#include "widgets/theme/Theme.h"

#include <QAction>
#include <QPainter>

#include <utility>

namespace normscope::widgets {

RoundButton::RoundButton(Theme& theme, QAction* action, QString iconOff, QString iconOn, bool primary, QWidget* parent)
    : QAbstractButton(parent),
      m_theme(theme),
      m_action(action),
      m_iconOff(std::move(iconOff)),
      m_iconOn(std::move(iconOn)),
      m_primary(primary) {
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    setFixedSize(sizeHint());
    connect(action, &QAction::changed, this, &RoundButton::followAction);
    connect(this, &RoundButton::clicked, action, &QAction::trigger);
    connect(&theme, &Theme::changed, this, [this] {
        setFixedSize(sizeHint());
        update();
    });
    followAction();
}

QSize RoundButton::sizeHint() const {
    const int side = m_theme.scaled(m_primary ? 40 : 34);
    return {side, side};
}

void RoundButton::followAction() {
    if (m_action == nullptr) return;
    setEnabled(m_action->isEnabled());
    QString name = m_action->text();
    setAccessibleName(name.remove(QLatin1Char('&')));
    const QString keys = m_action->shortcut().toString(QKeySequence::NativeText);
    setToolTip(keys.isEmpty() ? m_action->toolTip() : QStringLiteral("%1 (%2)").arg(m_action->toolTip(), keys));
    update();
}

void RoundButton::enterEvent(QEnterEvent* event) {
    QAbstractButton::enterEvent(event);
    update();
}

void RoundButton::leaveEvent(QEvent* event) {
    QAbstractButton::leaveEvent(event);
    update();
}

void RoundButton::paintEvent(QPaintEvent*) {
    const ThemeColors& c = m_theme.colors();
    const bool filled = m_primary && isEnabled();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF disc = QRectF(rect()).adjusted(3, 3, -3, -3);
    QColor fill = filled ? c.accent : c.sunken;
    if (isEnabled() && (underMouse() || isDown())) fill = filled ? mixed(fill, c.text, 0.14) : c.accentBackground;
    painter.setPen(filled ? QPen(Qt::NoPen) : QPen(c.border, 1));
    painter.setBrush(fill);
    painter.drawEllipse(disc);
    if (hasFocus()) {
        painter.setPen(QPen(c.accent, 1.5));
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(disc.adjusted(-2, -2, 2, 2));
    }

    const QString& name = m_action != nullptr && m_action->isChecked() ? m_iconOn : m_iconOff;
    const int side = m_theme.scaled(m_primary ? 16 : 13);
    const QIcon icon = m_theme.icon(name, filled ? &ThemeColors::accentText : &ThemeColors::muted);
    const QRect place(0, 0, side, side);
    icon.paint(&painter, place.translated(rect().center() - place.center()), Qt::AlignCenter,
               isEnabled() ? QIcon::Normal : QIcon::Disabled);
}

}  // namespace normscope::widgets
