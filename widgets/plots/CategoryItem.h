// Draws the markers of a CategoryPlot. Internal to widgets/plots.
#pragma once

#include "widgets/plots/CategoryPlot.h"

namespace normscope::widgets {

/// Refers to the plot, which owns it through its chart.
class CategoryItem : public QCPAbstractItem {
    Q_OBJECT

   public:
    CategoryItem(QCustomPlot* chart, const Theme& theme, const CategoryPlot& plot);

    double selectTest(const QPointF& pos, bool onlySelectable, QVariant* details) const override;

   protected:
    void draw(QCPPainter* painter) override;

   private:
    void drawSeries(QCPPainter* painter, std::size_t index) const;
    void drawMarker(QCPPainter* painter, std::size_t index, const QPointF& at, double value) const;

    const Theme& m_theme;
    const CategoryPlot& m_plot;
};

}  // namespace normscope::widgets
