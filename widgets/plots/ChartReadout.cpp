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
    constexpr double away = 10;
    const ReadoutBox box(m_theme, painter->device(), m_title, m_rows);
    const QRectF all = parentPlot()->rect();
    const QPointF at = m_place->at;
    const QSizeF size = box.size();
    const bool right = at.x() + away + size.width() <= all.right() - 2;
    const double x = right ? at.x() + away : std::max(2.0, at.x() - away - size.width());
    const double y = std::clamp(at.y() - size.height() / 2, 2.0, std::max(2.0, all.bottom() - size.height() - 2));
    box.paint(painter, {x, y}, 6);
}

}  // namespace normscope::widgets
