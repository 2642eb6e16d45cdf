#include "widgets/plots/TrailItem.h"

#include "widgets/theme/Theme.h"

#include <cmath>

namespace normscope::widgets {
namespace {

bool isDrawable(const QPointF& at) {
    return std::isfinite(at.x()) && std::isfinite(at.y());
}

}  // namespace

TrailItem::TrailItem(QCustomPlot* plot, const Theme& theme, const std::vector<TrailPoint>& points)
    : QCPAbstractItem(plot), m_theme(theme), m_points(points) {
    setSelectable(false);
    setClipToAxisRect(true);
}

double TrailItem::selectTest(const QPointF&, bool, QVariant*) const {
    return -1;
}

QPointF TrailItem::pixel(const QPointF& at) const {
    return {parentPlot()->xAxis->coordToPixel(at.x()), parentPlot()->yAxis->coordToPixel(at.y())};
}

void TrailItem::draw(QCPPainter* painter) {
    for (const bool selected : {false, true}) {
        for (const TrailPoint& point : m_points) {
            if ((point.selected >= 0) == selected) drawTrail(painter, point);
        }
        for (const TrailPoint& point : m_points) {
            if ((point.selected >= 0) == selected && isDrawable(point.at)) drawPoint(painter, point);
        }
    }
    drawNames(painter);
}

void TrailItem::drawTrail(QCPPainter* painter, const TrailPoint& point) const {
    if (point.trail.empty()) return;
    const ThemeColors& colors = m_theme.colors();
    const bool selected = point.selected >= 0;
    painter->setAntialiasing(true);
    // Opaque: translucent lines draw ten times as slow.
    painter->setPen(selected ? QPen(mixed(colors.surface, colors.accent, 0.7), 1.6)
                             : QPen(mixed(colors.surface, colors.muted, 0.38), 1));
    QPolygonF line;
    const auto flush = [&] {
        if (line.size() > 1) painter->drawPolyline(line);
        line.clear();
    };
    for (const QPointF& at : point.trail) isDrawable(at) ? line.append(pixel(at)) : flush();
    isDrawable(point.at) ? line.append(pixel(point.at)) : flush();
    flush();
}

void TrailItem::drawPoint(QCPPainter* painter, const TrailPoint& point) const {
    const ThemeColors& colors = m_theme.colors();
    const bool selected = point.selected >= 0;
    const QPointF at = pixel(point.at);
    const QColor color = selected ? colors.accent : mixed(colors.surface, colors.text, 0.62);
    const double radius = selected ? 4.5 : 2.8;
    painter->setAntialiasing(true);
    if (!point.mark.isEmpty()) {
        painter->setPen(QPen(selected ? colors.accent : colors.warn, selected ? 2 : 1.5));
        painter->drawLine(QLineF(at - QPointF(radius, radius), at + QPointF(radius, radius)));
        painter->drawLine(QLineF(at - QPointF(radius, -radius), at + QPointF(radius, -radius)));
        return;
    }
    painter->setPen(QPen(colors.surface, 1));
    painter->setBrush(color);
    painter->drawEllipse(at, radius, radius);
}

void TrailItem::drawNames(QCPPainter* painter) const {
    painter->setFont(m_theme.font(TextRole::MonoTick));
    painter->setPen(m_theme.colors().text);
    const QRectF area = clipAxisRect()->rect();
    const QFontMetricsF metrics(painter->font(), painter->device());
    for (const TrailPoint& point : m_points) {
        if (point.selected < 0 || !isDrawable(point.at)) continue;
        const QPointF at = pixel(point.at);
        const double width = metrics.horizontalAdvance(point.name);
        const bool right = at.x() + 9 + width < area.right();
        painter->drawText(QPointF(right ? at.x() + 8 : at.x() - 8 - width, at.y() - 6), point.name);
    }
}

}  // namespace normscope::widgets
