#include "widgets/controls/TrackPainter.h"

#include <QPainter>

namespace normscope::widgets {

void paintTrack(QPainter& painter, const QRectF& area, qreal position, const TrackLook& look) {
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    const qreal middle = area.center().y();
    const qreal radius = look.thickness / 2;
    const QPointF knob(area.left() + area.width() * position, middle);

    painter.setBrush(look.rail);
    const qreal left = area.left() - look.overhang;
    painter.drawRoundedRect(QRectF(left, middle - radius, area.width() + 2 * look.overhang, look.thickness), radius,
                            radius);
    painter.setBrush(look.filled);
    painter.drawRoundedRect(QRectF(left, middle - radius, knob.x() - left, look.thickness), radius, radius);
    if (look.focusRing) {
        QColor halo = look.filled;
        halo.setAlphaF(0.25F);
        painter.setBrush(halo);
        painter.drawEllipse(knob, look.handleRadius + 2.5, look.handleRadius + 2.5);
    }
    painter.setPen(QPen(look.filled, look.handleStroke));
    painter.setBrush(look.handle);
    const qreal inner = look.handleRadius - look.handleStroke / 2;
    painter.drawEllipse(knob, inner, inner);
}

}  // namespace normscope::widgets
