// The vertical cursor of a plot and the values under it.
#pragma once

#include "widgets/plots/QCustomPlotInclude.h"

#include <optional>
#include <vector>

namespace normscope::widgets {

class Theme;

/// Lives on a buffered layer of its own: moving it does not redraw the curves. Owned by its plot.
class PlotCursor : public QCPAbstractItem {
    Q_OBJECT

   public:
    struct Row {
        QColor color;
        QString name;
        QString value;
    };

    PlotCursor(QCustomPlot* plot, const Theme& theme);

    void show(double step, std::vector<Row> rows);
    void hide();
    std::optional<double> step() const { return m_step; }
    const std::vector<Row>& rows() const { return m_rows; }

    double selectTest(const QPointF& pos, bool onlySelectable, QVariant* details) const override;

   protected:
    void draw(QCPPainter* painter) override;

   private:
    void drawReadout(QCPPainter* painter, double x) const;

    const Theme& m_theme;
    std::optional<double> m_step;
    std::vector<Row> m_rows;
};

}  // namespace normscope::widgets
