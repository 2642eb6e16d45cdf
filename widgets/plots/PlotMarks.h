// What a plot draws beside its curves: changes made to the run, single points, values that are no numbers.
#pragma once

#include "core/telemetry/RunEvent.h"
#include "widgets/plots/QCustomPlotInclude.h"

#include <vector>

namespace normscope::widgets {

class Theme;

/// Dashed vertical lines with labels; where labels would overlap they go to a second row, and older ones are
/// dropped before newer ones. Owned by its plot.
class EventMarks : public QCPAbstractItem {
    Q_OBJECT

   public:
    EventMarks(QCustomPlot* plot, const Theme& theme);

    void setEvents(std::vector<telemetry::RunEvent> events);
    bool hasEvents() const { return !m_events.empty(); }
    /// Rectangles of the labels drawn last, in pixels of the plot.
    const std::vector<QRectF>& labelRects() const { return m_labelRects; }

    double selectTest(const QPointF& pos, bool onlySelectable, QVariant* details) const override;

   protected:
    void draw(QCPPainter* painter) override;

   private:
    const Theme& m_theme;
    std::vector<telemetry::RunEvent> m_events;
    std::vector<QRectF> m_labelRects;
};

/// Dots, and a triangle with a word at the top edge for every non-finite value (one for several close ones).
/// Owned by its plot.
class ValueMarks : public QCPAbstractItem {
    Q_OBJECT

   public:
    struct Dot {
        QPointF at;  ///< step and value
        QColor color;
        qreal radius = 2.5;
    };

    ValueMarks(QCustomPlot* plot, const Theme& theme);

    void setDots(std::vector<Dot> dots);
    /// Steps in ascending order.
    void setNonFinite(std::vector<double> steps);
    const std::vector<double>& nonFinite() const { return m_nonFinite; }
    /// Text in the middle of the plot; empty for none.
    void setNotice(const QString& text);

    double selectTest(const QPointF& pos, bool onlySelectable, QVariant* details) const override;

   protected:
    void draw(QCPPainter* painter) override;

   private:
    void drawNonFinite(QCPPainter* painter) const;

    const Theme& m_theme;
    std::vector<Dot> m_dots;
    std::vector<double> m_nonFinite;
    QString m_notice;
};

}  // namespace normscope::widgets
