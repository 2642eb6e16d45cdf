#include "widgets/plots/CurveGraph.h"

#include <algorithm>
#include <cmath>

namespace normscope::widgets {
namespace {

/// px up and down in all; below, one smooth stroke is as fast as its segments.
constexpr qreal mostCalmClimb = 1500;

bool isGap(const QPointF& point) {
    return std::isnan(point.x()) || std::isnan(point.y());
}

}  // namespace

CurveGraph::CurveGraph(QCPAxis* keyAxis, QCPAxis* valueAxis) : QCPGraph(keyAxis, valueAxis) {
    setSelectable(QCP::stNone);
    setAdaptiveSampling(false);  // the data come reduced to the pixels
    removeFromLegend();
}

void CurveGraph::setStyle(const CurveStyle& style) {
    m_style = style;
    setPen(style.pen());
}

void CurveGraph::drawLinePlot(QCPPainter* painter, const QVector<QPointF>& lines) const {
    if (lines.size() < 2) return;
    applyDefaultAntialiasingHint(painter);
    if (painter->modes().testFlag(QCPPainter::pmVectorized)) return drawVector(painter, lines);
    QPen pen = m_style.pen();
    if (m_style.dashes.isEmpty() && isCalm(lines)) {
        drawVector(painter, thinned(lines));
    } else if (m_style.dashes.isEmpty()) {
        if (pen.widthF() > 1) pen.setCapStyle(Qt::RoundCap);  // closes the joints
        painter->setPen(pen);
        painter->drawLines(segments(lines));
    } else {
        painter->setPen(pen);
        painter->drawLines(dashes(lines));
    }
}

bool CurveGraph::isCalm(const QVector<QPointF>& lines) const {
    qreal climb = 0;
    for (qsizetype i = 1; i < lines.size(); ++i) {
        if (!isGap(lines[i - 1]) && !isGap(lines[i])) climb += std::abs(lines[i].y() - lines[i - 1].y());
    }
    return climb < mostCalmClimb;
}

QVector<QPointF> CurveGraph::thinned(const QVector<QPointF>& lines) const {
    QVector<QPointF> result;
    result.reserve(lines.size());
    for (qsizetype i = 0; i < lines.size(); ++i) {
        const bool edge =
            isGap(lines[i]) || i + 1 == lines.size() || isGap(lines[i + 1]) || result.isEmpty() || isGap(result.back());
        if (edge || std::abs(lines[i].x() - result.back().x()) >= 2.5 ||
            std::abs(lines[i].y() - result.back().y()) >= 0.8) {
            result.append(lines[i]);
        }
    }
    return result;
}

void CurveGraph::drawVector(QCPPainter* painter, const QVector<QPointF>& lines) const {
    QPen pen = m_style.pen();
    if (!m_style.dashes.isEmpty()) {
        QList<qreal> pattern;
        for (const qreal length : m_style.dashes) pattern.append(length / pen.widthF());
        pen.setDashPattern(pattern);
    }
    painter->setPen(pen);
    QPolygonF run;
    const auto draw = [painter, &run] {
        if (run.size() > 1) painter->drawPolyline(run);
        run.clear();
    };
    for (const QPointF& point : lines) {
        if (isGap(point)) {
            draw();
        } else {
            run.append(point);
        }
    }
    draw();
}

QVector<QLineF> CurveGraph::segments(const QVector<QPointF>& lines) const {
    QVector<QLineF> result;
    result.reserve(lines.size());
    for (qsizetype i = 1; i < lines.size(); ++i) {
        if (!isGap(lines[i - 1]) && !isGap(lines[i])) result.append({lines[i - 1], lines[i]});
    }
    return result;
}

QVector<QLineF> CurveGraph::dashes(const QVector<QPointF>& lines) const {
    QVector<QLineF> result;
    result.reserve(lines.size());
    qsizetype part = 0;
    qreal left = m_style.dashes[0];
    for (qsizetype i = 1; i < lines.size(); ++i) {
        if (isGap(lines[i - 1]) || isGap(lines[i])) {
            part = 0;
            left = m_style.dashes[0];
            continue;
        }
        const QLineF segment(lines[i - 1], lines[i]);
        const qreal length = segment.length();
        if (length > 1e5) continue;  // far outside; nobody counts its dashes
        qreal done = 0;
        while (done < length) {
            const qreal piece = std::min(left, length - done);
            if (part % 2 == 0) {
                result.append({segment.pointAt(done / length), segment.pointAt((done + piece) / length)});
            }
            done += piece;
            left -= piece;
            if (left <= 1e-9) {
                part = (part + 1) % m_style.dashes.size();
                left = m_style.dashes[part];
            }
        }
    }
    return result;
}

}  // namespace normscope::widgets
