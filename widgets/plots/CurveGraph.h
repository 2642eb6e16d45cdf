// A graph whose thick and dashed lines draw fast.
#pragma once

#include "widgets/plots/QCustomPlotInclude.h"
#include "widgets/theme/CurveStyle.h"

namespace normscope::widgets {

/// QPainter's stroker and dasher take a hundred times as long for a noisy polyline as for its single segments,
/// so on a screen segments and dashes are cut here. In vector output it is one path with a dash pattern.
/// Owned by its plot.
class CurveGraph : public QCPGraph {
    Q_OBJECT

   public:
    CurveGraph(QCPAxis* keyAxis, QCPAxis* valueAxis);

    void setStyle(const CurveStyle& style);

   protected:
    void drawLinePlot(QCPPainter* painter, const QVector<QPointF>& lines) const override;

   private:
    bool isCalm(const QVector<QPointF>& lines) const;
    /// Without the points that a smooth line does not need.
    QVector<QPointF> thinned(const QVector<QPointF>& lines) const;
    void drawVector(QCPPainter* painter, const QVector<QPointF>& lines) const;
    QVector<QLineF> segments(const QVector<QPointF>& lines) const;
    QVector<QLineF> dashes(const QVector<QPointF>& lines) const;

    CurveStyle m_style;
};

}  // namespace normscope::widgets
