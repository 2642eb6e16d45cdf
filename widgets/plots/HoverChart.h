// A chart whose parts can be pointed at, by mouse and by keyboard.
#pragma once

#include "widgets/plots/ChartPlot.h"
#include "widgets/plots/ChartReadout.h"

namespace normscope::widgets {

/// Tells a derived class where mouse and keys point, and shows what it says about the place.
class HoverChart : public ChartPlot {
    Q_OBJECT

   public:
    explicit HoverChart(Theme& theme, QWidget* parent = nullptr);

    const ChartReadout& readout() const { return *m_readout; }

   protected:
    /// The mouse is here, in pixels of chart().
    virtual void hoverAt(const QPointF& at) = 0;
    /// The mouse or the keyboard's focus left.
    virtual void hoverEnded() { hideReadout(); }
    /// A click with the left button.
    virtual void clickedAt(const QPointF& at, Qt::KeyboardModifiers modifiers);
    virtual void doubleClicked() {}
    /// The wheel turned by so many notches. False: not wanted here.
    virtual bool wheelTurned(const QPointF& at, double notches);
    /// True if the key means something here.
    virtual bool keyPressed(int key, Qt::KeyboardModifiers modifiers);

    /// Also what a screen reader hears while the chart has the focus.
    void showReadout(const ChartReadout::Place& place, const QString& title, std::vector<PlotCursor::Row> rows);
    void hideReadout();

    void paintCanvas(QCPPainter& painter, const QSize& size) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

   private:
    ChartReadout* m_readout;
    QPoint m_pressedAt;
    bool m_pressed = false;
};

}  // namespace normscope::widgets
