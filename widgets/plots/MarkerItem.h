// Draws the markers of a MarkerPlot. Internal to widgets/plots.
#pragma once

#include "widgets/plots/MarkerPlot.h"

namespace normscope::widgets {

/// Refers to the plot, which owns it through its chart.
class MarkerItem : public QCPAbstractItem {
    Q_OBJECT

   public:
    MarkerItem(QCustomPlot* chart, const Theme& theme, const MarkerPlot& plot);

    double selectTest(const QPointF& pos, bool onlySelectable, QVariant* details) const override;

   protected:
    void draw(QCPPainter* painter) override;

   private:
    void drawSeries(QCPPainter* painter, std::size_t index) const;
    void drawMarker(QCPPainter* painter, std::size_t index, const QPointF& at, double value) const;

    const Theme& m_theme;
    const MarkerPlot& m_plot;
};

}  // namespace normscope::widgets
