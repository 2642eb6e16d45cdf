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
    const QString title = tr("step %1").arg(std::llround(*m_step));
    const ReadoutBox box(m_theme, painter->device(), title, m_rows);
    const QRectF area = clipAxisRect()->rect();
    const double width = box.size().width();
    const bool right = x + 8 + width <= area.right() || x - area.left() < area.width() / 2;
    box.paint(painter, {right ? x + 8 : x - 8 - width, area.top() + 2}, 3);
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
