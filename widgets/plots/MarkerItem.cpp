#include "widgets/plots/MarkerItem.h"

#include "widgets/theme/Theme.h"

#include <cmath>

namespace normscope::widgets {

MarkerItem::MarkerItem(QCustomPlot* chart, const Theme& theme, const MarkerPlot& plot)
    : QCPAbstractItem(chart), m_theme(theme), m_plot(plot) {
    setSelectable(false);
    setClipToAxisRect(false);  // markers at the edges are drawn whole
}

double MarkerItem::selectTest(const QPointF&, bool, QVariant*) const {
    return -1;
}

void MarkerItem::draw(QCPPainter* painter) {
    const QRectF area = clipAxisRect()->rect();
    painter->setAntialiasing(false);
    for (const int chosen : m_plot.m_chosen) {
        const double left = parentPlot()->xAxis->coordToPixel(chosen - 0.5);
        const double right = parentPlot()->xAxis->coordToPixel(chosen + 0.5);
        painter->fillRect(QRectF(left, area.top(), right - left, area.height()), m_theme.colors().accentBackground);
    }
    for (std::size_t i = 0; i < m_plot.m_series.size(); ++i) {
        if (m_plot.isShown(i)) drawSeries(painter, i);
    }
}

void MarkerItem::drawSeries(QCPPainter* painter, std::size_t index) const {
    const MarkerSeries& series = m_plot.m_series[index];
    const CurveStyle style = m_theme.curveStyle(series.meaning);
    painter->setAntialiasing(true);
    QPen thin = style.swatchPen();
    thin.setColor(mixed(m_theme.colors().surface, style.color, 0.6));
    thin.setWidthF(1.2);
    painter->setPen(thin);
    QPolygonF line;
    for (std::size_t i = 0; i < series.values.size(); ++i) {
        if (m_plot.coordinateOf(series.values[i])) line.append(m_plot.pixelOf(int(i), int(index)));
    }
    if (line.size() > 1) painter->drawPolyline(line);
    for (std::size_t i = 0; i < series.values.size(); ++i) {
        if (std::isnan(series.values[i]) && !m_plot.m_logarithmic) continue;
        drawMarker(painter, index, m_plot.pixelOf(int(i), int(index)), series.values[i]);
    }
}

/// A disc for the first series, a diamond for the second.
void MarkerItem::drawMarker(QCPPainter* painter, std::size_t index, const QPointF& at, double value) const {
    const QColor color = m_theme.curveStyle(m_plot.m_series[index].meaning).color;
    constexpr double radius = 4;
    if (!std::isfinite(value)) {
        painter->setPen(QPen(m_theme.colors().warn, 1.8));
        painter->drawLine(QLineF(at - QPointF(radius, radius), at + QPointF(radius, radius)));
        painter->drawLine(QLineF(at - QPointF(radius, -radius), at + QPointF(radius, -radius)));
        return;
    }
    const bool onAxis = m_plot.coordinateOf(value).has_value();
    painter->setPen(QPen(onAxis ? m_theme.colors().surface : color, onAxis ? 1 : 1.4));
    painter->setBrush(onAxis ? color : m_theme.colors().surface);
    if (index == 0) {
        painter->drawEllipse(at, radius, radius);
    } else {
        const double half = radius + 1;
        painter->drawPolygon(
            QPolygonF{at + QPointF(0, -half), at + QPointF(half, 0), at + QPointF(0, half), at + QPointF(-half, 0)});
    }
}

}  // namespace normscope::widgets
