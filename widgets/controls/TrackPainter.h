// The flat track with a round handle that sliders and the progress track share.
#pragma once

#include <QColor>
#include <QRectF>

class QPainter;

namespace normscope::widgets {

/// Geometry in logical pixels, colours of one track.
struct TrackLook {
    QColor rail;
    QColor filled;
    QColor handle;
    qreal thickness = 4;
    qreal handleRadius = 7;
    qreal handleStroke = 2.5;
    bool focusRing = false;
    qreal overhang = 0;  ///< how far the rail goes beyond the handle's ends
};

/// Draws a rail over the width of `area`, filled to `position` (0 … 1), and its handle.
void paintTrack(QPainter& painter, const QRectF& area, qreal position, const TrackLook& look);

}  // namespace normscope::widgets
