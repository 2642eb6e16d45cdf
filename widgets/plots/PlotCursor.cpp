#include "widgets/plots/PlotCursor.h"

#include "widgets/theme/Theme.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace normscope::widgets {

PlotCursor::PlotCursor(QCustomPlot* plot, const Theme& theme) : QCPAbstractItem(plot), m_theme(theme) {
    setSelectable(false);
    setClipToAxisRect(false);  // the readout may be taller than a small plot
}

void PlotCursor::show(double step, std::vector<Row> rows) {
    m_step = step;
    m_rows = std::move(rows);
}

void PlotCursor::hide() {
    m_step.reset();
    m_rows.clear();
}

double PlotCursor::selectTest(const QPointF&, bool, QVariant*) const {
    return -1;
}

void PlotCursor::draw(QCPPainter* painter) {
    if (!m_step) return;
    const QRectF area = clipAxisRect()->rect();
    const double x = std::round(parentPlot()->xAxis->coordToPixel(*m_step));
    if (x < area.left() - 1 || x > area.right() + 1) return;
    painter->setAntialiasing(false);
    painter->setPen(QPen(m_theme.colors().muted, 1));
    painter->drawLine(QLineF(x, area.top(), x, area.bottom()));
    drawReadout(painter, x);
}

void PlotCursor::drawReadout(QCPPainter* painter, double x) const {
    const ThemeColors& colors = m_theme.colors();
    const QRectF area = clipAxisRect()->rect();
    const QFont nameFont = m_theme.font(TextRole::Caption);
    const QFont valueFont = m_theme.font(TextRole::MonoTick);
    const QFontMetricsF names(nameFont, painter->device());
    const QFontMetricsF values(valueFont, painter->device());
    const QString title = tr("step %1").arg(std::llround(*m_step));

    double nameWidth = 0;
    double valueWidth = 0;
    for (const Row& row : m_rows) {
        nameWidth = std::max(nameWidth, names.horizontalAdvance(row.name));
        valueWidth = std::max(valueWidth, values.horizontalAdvance(row.value));
    }
    const double lineHeight = m_theme.scaled(14);
    const double inner = std::max(12 + nameWidth + 10 + valueWidth, values.horizontalAdvance(title));
    const QSizeF size(inner + 16, lineHeight * double(m_rows.size() + 1) + 10);
    const bool right = x + 8 + size.width() <= area.right() || x - area.left() < area.width() / 2;
    const QRectF box(QPointF(right ? x + 8 : x - 8 - size.width(), area.top() + 2), size);

    painter->setAntialiasing(true);
    painter->setPen(QPen(colors.border, 1));
    painter->setBrush(colors.surface);
    painter->drawRoundedRect(box, 6, 6);

    QRectF line(box.left() + 8, box.top() + 5, inner, lineHeight);
    painter->setFont(valueFont);
    painter->setPen(colors.muted);
    painter->drawText(line, Qt::AlignLeft | Qt::AlignVCenter, title);
    for (const Row& row : m_rows) {
        line.translate(0, lineHeight);
        painter->fillRect(QRectF(line.left(), line.center().y() - 1.5, 8, 3), row.color);
        painter->setFont(nameFont);
        painter->setPen(colors.muted);
        painter->drawText(line.adjusted(12, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, row.name);
        painter->setFont(valueFont);
        painter->setPen(colors.text);
        painter->drawText(line, Qt::AlignRight | Qt::AlignVCenter, row.value);
    }
}

ViewedLine::ViewedLine(QCustomPlot* plot, const Theme& theme) : QCPAbstractItem(plot), m_theme(theme) {
    setSelectable(false);
    setClipToAxisRect(false);  // the mark stands on the edge
}

double ViewedLine::selectTest(const QPointF&, bool, QVariant*) const {
    return -1;
}

void ViewedLine::draw(QCPPainter* painter) {
    if (!m_step || !parentPlot()->xAxis->visible()) return;
    const QRectF area = clipAxisRect()->rect();
    const double x = std::round(parentPlot()->xAxis->coordToPixel(*m_step));
    if (x < area.left() - 1 || x > area.right() + 1) return;
    painter->setAntialiasing(false);
    painter->setPen(QPen(m_theme.colors().accent, 2 * m_theme.scale()));
    painter->drawLine(QLineF(x, area.top(), x, area.bottom()));
    painter->setAntialiasing(true);
    painter->setPen(Qt::NoPen);
    painter->setBrush(m_theme.colors().accent);
    const double side = 5 * m_theme.scale();
    const double y = area.bottom();
    painter->drawPolygon(QPolygonF{{x - side, y + side}, {x + side, y + side}, {x, y - 1}});
}

}  // namespace normscope::widgets
