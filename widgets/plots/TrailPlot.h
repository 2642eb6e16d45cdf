// Points in a plane and the ways they came.
#pragma once

#include "widgets/plots/HoverChart.h"

#include <QPointF>

#include <optional>
#include <vector>

namespace normscope::widgets {

class TrailItem;

/// One point. Values that are not finite are not drawn.
struct TrailPoint {
    int id = 0;  ///< what pointActivated() tells
    QString name;
    QPointF at;
    std::vector<QPointF> trail = {};  ///< where it was before, oldest first
    int selected = -1;                ///< position among the selected; −1: not selected
    QString mark = {};                ///< why it is a cross; empty for a dot
};

/// Selected points are drawn last, larger, with their names; their trails are thicker.
/// Hovering reads the nearest point, a click or Enter activates it, arrow keys go from point to point.
class TrailPlot : public HoverChart {
    Q_OBJECT

   public:
    explicit TrailPlot(Theme& theme, QWidget* parent = nullptr);

    /// Labels and colours of the axes, e.g. "γ weight" and &ThemeColors::gamma.
    void setAxes(const QString& x, QColor ThemeColors::*xColor, const QString& y, QColor ThemeColors::*yColor);
    void setPoints(std::vector<TrailPoint> points);
    const std::vector<TrailPoint>& points() const { return m_points; }
    /// In pixels of chart().
    QPointF pixelOf(const TrailPoint& point) const;

    /// name, x, y, and the trail: one row a place, oldest first.
    QByteArray csv() override;

   signals:
    void pointActivated(int id, bool add);

   protected:
    void draw() override;
    bool isEmpty() const override;
    void hoverAt(const QPointF& at) override;
    void clickedAt(const QPointF& at, Qt::KeyboardModifiers modifiers) override;
    bool keyPressed(int key, Qt::KeyboardModifiers modifiers) override;

   private:
    /// Position in m_points; −1 if none is near.
    int nearest(const QPointF& at) const;
    void pointAt(int index);

    std::vector<TrailPoint> m_points;
    QString m_xName;
    QString m_yName;
    QColor ThemeColors::*m_xColor = &ThemeColors::muted;
    QColor ThemeColors::*m_yColor = &ThemeColors::muted;
    int m_current = -1;
    TrailItem* m_item;
};

}  // namespace normscope::widgets
