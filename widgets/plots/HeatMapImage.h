// The picture inside a heat map and the marks at its left edge. Internal to widgets/plots.
#pragma once

#include "widgets/plots/QCustomPlotInclude.h"

#include <QImage>

#include <optional>
#include <vector>

namespace normscope::widgets {

class Theme;

/// Fills the axis rectangle with an image, row by row, without smoothing unless there are more rows than pixels.
/// Owned by its plot.
class HeatMapImage : public QCPAbstractItem {
    Q_OBJECT

   public:
    struct RowMark {
        bool selected = false;
        bool crossed = false;
    };

    HeatMapImage(QCustomPlot* plot, const Theme& theme);

    /// `left` and `right`: keys (steps) of the image's edges.
    void setImage(QImage image, double left, double right);
    void setMarks(std::vector<RowMark> marks);
    void setViewed(std::optional<double> key);

    double selectTest(const QPointF& pos, bool onlySelectable, QVariant* details) const override;

    static constexpr int gutter = 14;  ///< px between the labels and the image, for the marks

   protected:
    void draw(QCPPainter* painter) override;

   private:
    void drawMarks(QCPPainter* painter, const QRectF& area) const;

    const Theme& m_theme;
    QImage m_image;
    double m_left = 0;
    double m_right = 1;
    std::vector<RowMark> m_marks;
    std::optional<double> m_viewed;
};

}  // namespace normscope::widgets
