#include "widgets/plots/ChartReadout.h"

#include "widgets/theme/Theme.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace normscope::widgets {

ChartReadout::ChartReadout(QCustomPlot* plot, const Theme& theme) : QCPAbstractItem(plot), m_theme(theme) {
    setSelectable(false);
    setClipToAxisRect(false);
}

void ChartReadout::show(const Place& place, const QString& title, std::vector<PlotCursor::Row> rows) {
    m_place = place;
    m_title = title;
    m_rows = std::move(rows);
}

void ChartReadout::hide() {
    m_place.reset();
}

double ChartReadout::selectTest(const QPointF&, bool, QVariant*) const {
    return -1;
}

void ChartReadout::draw(QCPPainter* painter) {
    if (!m_place) return;
    const QRectF area = clipAxisRect()->rect();
    painter->setAntialiasing(false);
    if (m_place->vertical && *m_place->vertical >= area.left() - 1 && *m_place->vertical <= area.right() + 1) {
        const double x = std::round(*m_place->vertical);
        painter->setPen(QPen(m_theme.colors().text, 1));
        painter->drawLine(QLineF(x, area.top(), x, area.bottom()));
    }
    if (!m_place->frame.isEmpty()) {
        painter->setBrush(Qt::NoBrush);
        painter->setPen(QPen(m_theme.colors().accent, 1.5));
        painter->drawRect(m_place->frame);
    }
    if (!m_title.isEmpty() || !m_rows.empty()) drawBox(painter);
}

void ChartReadout::drawBox(QCPPainter* painter) const {
    const ThemeColors& colors = m_theme.colors();
    const QRectF all = parentPlot()->rect();
    const QFont nameFont = m_theme.font(TextRole::Caption);
    const QFont valueFont = m_theme.font(TextRole::MonoTick);
    const QFontMetricsF names(nameFont, painter->device());
    const QFontMetricsF values(valueFont, painter->device());
    double nameWidth = 0;
    double valueWidth = 0;
    for (const PlotCursor::Row& row : m_rows) {
        nameWidth = std::max(nameWidth, names.horizontalAdvance(row.name));
        valueWidth = std::max(valueWidth, values.horizontalAdvance(row.value));
    }
    constexpr double lineHeight = 14;
    constexpr double away = 10;
    const double inner = std::max(12 + nameWidth + 10 + valueWidth, values.horizontalAdvance(m_title));
    const QSizeF size(inner + 16, lineHeight * double(m_rows.size() + 1) + 10);
    const QPointF at = m_place->at;
    const bool right = at.x() + away + size.width() <= all.right() - 2;
    const double x = right ? at.x() + away : std::max(2.0, at.x() - away - size.width());
    const double y = std::clamp(at.y() - size.height() / 2, 2.0, std::max(2.0, all.bottom() - size.height() - 2));
    const QRectF box(QPointF(x, y), size);

    painter->setAntialiasing(true);
    painter->setPen(QPen(colors.border, 1));
    painter->setBrush(colors.surface);
    painter->drawRoundedRect(box, 6, 6);
    QRectF line(box.left() + 8, box.top() + 5, inner, lineHeight);
    painter->setFont(valueFont);
    painter->setPen(colors.muted);
    painter->drawText(line, Qt::AlignLeft | Qt::AlignVCenter, m_title);
    for (const PlotCursor::Row& row : m_rows) {
        line.translate(0, lineHeight);
        if (row.color.isValid()) {
            painter->fillRect(QRectF(line.left(), line.center().y() - 3, 8, 6), row.color);
        }
        painter->setFont(nameFont);
        painter->setPen(colors.muted);
        painter->drawText(line.adjusted(12, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, row.name);
        painter->setFont(valueFont);
        painter->setPen(colors.text);
        painter->drawText(line, Qt::AlignRight | Qt::AlignVCenter, row.value);
    }
}

}  // namespace normscope::widgets
