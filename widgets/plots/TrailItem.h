// Draws the points and trails of a TrailPlot. Internal to widgets/plots.
#pragma once

#include "widgets/plots/QCustomPlotInclude.h"
#include "widgets/plots/TrailPlot.h"

namespace normscope::widgets {

/// Refers to the points; owned by its plot.
class TrailItem : public QCPAbstractItem {
    Q_OBJECT

   public:
    TrailItem(QCustomPlot* plot, const Theme& theme, const std::vector<TrailPoint>& points);

    double selectTest(const QPointF& pos, bool onlySelectable, QVariant* details) const override;

   protected:
    void draw(QCPPainter* painter) override;

   private:
    QPointF pixel(const QPointF& at) const;
    void drawTrail(QCPPainter* painter, const TrailPoint& point) const;
    void drawPoint(QCPPainter* painter, const TrailPoint& point) const;
    void drawNames(QCPPainter* painter) const;

    const Theme& m_theme;
    const std::vector<TrailPoint>& m_points;
};

}  // namespace normscope::widgets
