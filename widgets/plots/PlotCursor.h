// The vertical cursor of a plot and the values under it.
#pragma once

#include "widgets/plots/QCustomPlotInclude.h"
#include "widgets/plots/ReadoutBox.h"

#include <optional>
#include <vector>

namespace normscope::widgets {

class Theme;

/// Lives on a buffered layer of its own: moving it does not redraw the curves. Owned by its plot.
class PlotCursor : public QCPAbstractItem {
    Q_OBJECT

   public:
    using Row = ReadoutRow;

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

/// The line at the step on view while that is not the newest; on the cursor's layer, below it. Owned by its plot.
class ViewedLine : public QCPAbstractItem {
    Q_OBJECT

   public:
    ViewedLine(QCustomPlot* plot, const Theme& theme);

    void setStep(std::optional<double> step) { m_step = step; }
    std::optional<double> step() const { return m_step; }

    double selectTest(const QPointF& pos, bool onlySelectable, QVariant* details) const override;

   protected:
    void draw(QCPPainter* painter) override;

   private:
    const Theme& m_theme;
    std::optional<double> m_step;
};

}  // namespace normscope::widgets
