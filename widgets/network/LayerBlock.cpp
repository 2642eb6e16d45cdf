#include "widgets/network/LayerBlock.h"

#include "widgets/theme/Theme.h"

#include <QFocusEvent>
#include <QPainter>

#include <algorithm>
#include <utility>

namespace normscope::widgets {

LayerBlock::LayerBlock(Theme& theme, telemetry::LayerDescription layer, QWidget* parent)
    : QAbstractButton(parent),
      m_theme(theme),
      m_layer(std::move(layer)),
      m_name(QString::fromStdString(m_layer.name)),
      m_title(m_name.section(QLatin1Char('.'), 1)),
      m_detail(QString::fromStdString(m_layer.detail)) {
    // Inside a block: "downsample.1" above, "layer2" below; the tool tip has the rest.
    const QString block = m_name.section(QLatin1Char('.'), 0, 0);
    if (m_title.isEmpty()) m_title = m_name;
    setCheckable(m_layer.is_norm);
    setFocusPolicy(m_layer.is_norm ? Qt::StrongFocus : Qt::NoFocus);
    if (m_layer.is_norm) {
        setCursor(Qt::PointingHandCursor);
        if (m_detail.isEmpty()) m_detail = tr("%1 channels").arg(m_layer.channels);
    }
    m_caption = m_title == m_name ? m_detail : block;
    QStringList tip{m_name, QString::fromStdString(m_layer.kind)};
    if (!m_detail.isEmpty()) tip << m_detail;
    setToolTip(tip.join(QStringLiteral(" · ")));
    describe();
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

void LayerBlock::setReached(bool reached) {
    if (reached == m_reached) return;
    m_reached = reached;
    update();
}

void LayerBlock::setOrigin(bool origin) {
    if (origin == m_origin) return;
    m_origin = origin;
    describe();
    update();
}

void LayerBlock::setHealth(Health health) {
    if (health == m_health) return;
    m_health = health;
    describe();
    update();
}

void LayerBlock::describe() {
    setAccessibleName(QStringLiteral("%1, %2").arg(m_name, QString::fromStdString(m_layer.kind)));
    QStringList facts;
    if (!m_detail.isEmpty()) facts << m_detail;
    if (m_health == Health::Good) facts << tr("healthy");
    if (m_health == Health::Warn) facts << tr("needs attention");
    if (m_origin) facts << tr("the first value that is not finite arose here");
    setAccessibleDescription(facts.join(QStringLiteral(", ")));
}

QSize LayerBlock::sizeHint() const {
    const int text = QFontMetrics(m_theme.font(TextRole::Body)).horizontalAdvance(m_title) + 26;
    return {qMax(m_theme.scaled(m_layer.is_norm ? 98 : 66), text), m_theme.scaled(50)};
}

QSize LayerBlock::minimumSizeHint() const {
    const int text = QFontMetrics(m_theme.font(TextRole::Body)).horizontalAdvance(m_title) + 16;
    return {std::clamp(text, m_theme.scaled(m_layer.is_norm ? 62 : 44), m_theme.scaled(116)), m_theme.scaled(50)};
}

void LayerBlock::focusInEvent(QFocusEvent* event) {
    // A ring for those who move with keys; the mouse has its own pointer.
    const Qt::FocusReason reason = event->reason();
    m_keyboardFocus =
        reason == Qt::TabFocusReason || reason == Qt::BacktabFocusReason || reason == Qt::OtherFocusReason;
    QAbstractButton::focusInEvent(event);
}

void LayerBlock::enterEvent(QEnterEvent* event) {
    QAbstractButton::enterEvent(event);
    update();
}

void LayerBlock::leaveEvent(QEvent* event) {
    QAbstractButton::leaveEvent(event);
    update();
}

void LayerBlock::paintEvent(QPaintEvent*) {
    const ThemeColors& c = m_theme.colors();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF frame = QRectF(rect()).adjusted(1, 1, -1, -1);
    const bool touched = m_layer.is_norm && underMouse();
    const bool ring = hasFocus() && m_keyboardFocus;
    const QColor edge = m_origin ? c.warn : isChecked() || touched || ring || m_reached ? c.accent : c.border;
    painter.setPen(QPen(edge, ring || m_reached || m_origin ? 2 : 1));
    painter.setBrush(m_reached ? c.accent : m_origin ? c.warnBackground : isChecked() ? c.accentBackground : c.sunken);
    painter.drawRoundedRect(frame, 9, 9);

    QFont nameFont = m_theme.font(TextRole::Body);
    nameFont.setWeight(m_layer.is_norm ? QFont::DemiBold : QFont::Medium);
    painter.setFont(nameFont);
    painter.setPen(m_reached ? c.accentText : isChecked() ? c.accent : c.text);
    const int room = width() - 10;
    painter.drawText(QRectF(5, m_theme.scaled(9), room, m_theme.scaled(20)), Qt::AlignCenter,
                     painter.fontMetrics().elidedText(m_title, Qt::ElideRight, room));
    painter.setFont(m_theme.font(TextRole::Caption));
    painter.setPen(m_reached ? c.accentText : isChecked() ? c.muted : c.faint);
    // Half a word says nothing; the tool tip has it.
    if (painter.fontMetrics().horizontalAdvance(m_caption) <= room + 4) {
        painter.drawText(QRectF(0, m_theme.scaled(27), width(), m_theme.scaled(16)), Qt::AlignCenter, m_caption);
    }
    paintMark(painter);
}

void LayerBlock::paintMark(QPainter& painter) const {
    const ThemeColors& c = m_theme.colors();
    const bool warns = m_origin || (m_layer.is_norm && m_health == Health::Warn);
    const bool well = !warns && m_layer.is_norm && m_health == Health::Good;
    if (!warns && !well) return;
    const QPointF at(width() - 11, 11);
    painter.setPen(Qt::NoPen);
    painter.setBrush(well ? c.good : c.warn);
    // A disc when well, a triangle when not: not by colour alone.
    if (well) {
        painter.drawEllipse(at, 4, 4);
    } else {
        painter.drawPolygon(QPolygonF{{at.x(), at.y() - 4.5}, {at.x() + 5, at.y() + 4}, {at.x() - 5, at.y() + 4}});
    }
}

}  // namespace normscope::widgets
