#include "widgets/plots/LegendEntry.h"

#include "widgets/theme/Theme.h"

#include <QPainter>

namespace normscope::widgets {

LegendEntry::LegendEntry(const Theme& theme, const Curve& curve, QWidget* parent)
    : QAbstractButton(parent), m_theme(theme), m_curve(curve) {
    setCheckable(true);
    setChecked(curve.visible);
    setCursor(Qt::PointingHandCursor);
    setFocusPolicy(Qt::TabFocus);
    setAccessibleName(curve.name);
    setAccessibleDescription(tr("Shows or hides this curve"));
    setToolTip(tr("%1: click to show or hide").arg(curve.name));
}

int LegendEntry::entryWidth(const Theme& theme, const Curve& curve) {
    return theme.scaled(18) + 5 + QFontMetrics(theme.font(TextRole::Small)).horizontalAdvance(curve.name) + 12;
}

int LegendEntry::entryHeight(const Theme& theme) {
    return theme.scaled(height);
}

QSize LegendEntry::sizeHint() const {
    return {entryWidth(m_theme, m_curve), entryHeight(m_theme)};
}

void LegendEntry::paintEntry(QPainter& painter, const QRectF& area, const Theme& theme, const Curve& curve,
                             bool shown) {
    const ThemeColors& colors = theme.colors();
    QPen swatch = styleOf(theme, curve).swatchPen();
    if (!shown) swatch.setColor(colors.border);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(swatch);
    const qreal middle = area.center().y() + 0.5;
    painter.drawLine(QPointF(area.left(), middle), QPointF(area.left() + theme.scaled(18), middle));

    QFont font = theme.font(TextRole::Small);
    font.setStrikeOut(!shown);
    painter.setFont(font);
    painter.setPen(shown ? colors.muted : colors.faint);
    const QRectF text = area.adjusted(theme.scaled(18) + 5, 0, 0, 0);
    painter.drawText(text, Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(curve.name, Qt::ElideRight, int(text.width())));
}

void LegendEntry::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    if (hasFocus()) {
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(m_theme.colors().accent, 1));
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -5.5, -0.5), 5, 5);
    }
    paintEntry(painter, QRectF(rect()).adjusted(3, 0, -5, 0), m_theme, m_curve, isChecked());
}

}  // namespace normscope::widgets
