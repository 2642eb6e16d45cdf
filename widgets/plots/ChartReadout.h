// What lies under the mouse in a chart: marks at the place and a box with exact values.
#pragma once

#include "widgets/plots/PlotCursor.h"
#include "widgets/plots/QCustomPlotInclude.h"

#include <QPointF>
#include <QRectF>
#include <QString>

#include <optional>
#include <vector>

namespace normscope::widgets {

class Theme;

/// Pixels of the chart. Lives on a buffered layer of its own: moving it draws nothing else again. Owned by its plot.
class ChartReadout : public QCPAbstractItem {
    Q_OBJECT

   public:
    struct Place {
        QPointF at;                           ///< the box stands beside it
        std::optional<double> vertical = {};  ///< a line through the plot at this x
        QRectF frame = {};                    ///< drawn around what is meant, if it is not empty
    };

    ChartReadout(QCustomPlot* plot, const Theme& theme);

    void show(const Place& place, const QString& title, std::vector<PlotCursor::Row> rows);
    void hide();
    bool isShown() const { return m_place.has_value(); }
    const QString& title() const { return m_title; }
    const std::vector<PlotCursor::Row>& rows() const { return m_rows; }

    double selectTest(const QPointF& pos, bool onlySelectable, QVariant* details) const override;

   protected:
    void draw(QCPPainter* painter) override;

   private:
    void drawBox(QCPPainter* painter) const;

    const Theme& m_theme;
    std::optional<Place> m_place;
    QString m_title;
    std::vector<PlotCursor::Row> m_rows;
};

}  // namespace normscope::widgets
