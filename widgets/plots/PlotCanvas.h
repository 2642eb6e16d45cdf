// The drawing area of a SeriesPlot: axes, curves, zoom, cursor. Internal to widgets/plots.
#pragma once

#include "core/telemetry/RunEvent.h"
#include "core/telemetry/SeriesStore.h"
#include "widgets/plots/AxisRanges.h"
#include "widgets/plots/Curve.h"
#include "widgets/plots/CurveData.h"
#include "widgets/plots/PlotCursor.h"
#include "widgets/plots/QCustomPlotInclude.h"

#include <memory>
#include <optional>
#include <vector>

class QPushButton;
class QRubberBand;

namespace normscope::widgets {

class CurveGraph;
class EventMarks;
class Theme;
class ValueMarks;
class ValueTicker;
class ViewedLine;

/// The only class that replots. Setters change what the next refresh() draws; slots do not signal.
class PlotCanvas : public QCustomPlot {
    Q_OBJECT

   public:
    PlotCanvas(Theme& theme, QWidget* parent);

    void setStore(std::shared_ptr<const telemetry::SeriesStore> store);
    void setCurves(std::vector<Curve> curves);
    void setCurveVisible(int index, bool visible);
    void setEvents(std::vector<telemetry::RunEvent> events);
    /// `grows`: the range is the least shown, and grows with data outside it.
    void setValueRange(std::optional<ValueRange> range, bool grows);
    void setEmptyText(const QString& text);
    /// The value axis is logarithmic: coordinates are log10 of the values, ranges too.
    void setLogarithmic(bool on);

    const std::vector<Curve>& curves() const { return m_curves; }
    const telemetry::SeriesStore* store() const { return m_store.get(); }
    bool isFollowing() const { return !m_zoomedSteps && !m_zoomedValues; }
    ValueRange stepRange() const;
    ValueRange valueRange() const;
    const EventMarks& eventMarks() const { return *m_events; }
    const ValueMarks& valueMarks() const { return *m_values; }
    const PlotCursor& plotCursor() const { return *m_cursor; }
    std::optional<double> viewedStep() const;
    int replotCount() const { return m_replotCount; }

    /// Reads the store and draws, once.
    void refresh();
    /// Draws everything but the cursor and the chip, e.g. into a picture.
    void drawTo(QCPPainter& painter, const QSize& size);

   public slots:
    void zoomSteps(double lower, double upper);
    void follow();
    /// Follows along the steps; a zoom of the values stays.
    void followSteps();
    void showCursor(std::optional<double> step);
    /// A line at the step that the whole window shows; nothing while that is the newest.
    void showViewedStep(std::optional<double> step);

   signals:
    /// The user zoomed or panned along the steps.
    void stepRangeEdited(double lower, double upper);
    /// The user went back to following the run.
    void followChosen();
    void cursorHovered(double step);
    void cursorGone();
    /// Follow mode began or ended, by whomever.
    void followingChanged(bool following);
    void focusChanged();

   protected:
    bool event(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

   private:
    void buildAxes();
    QMargins margins() const;
    void applyTheme();
    void rebuildGraphs();
    void updateStepRange();
    void updateValueRange(const std::optional<ValueRange>& extrema);
    void applyValueRange(const ValueRange& range);
    CurveData readCurve(const Curve& curve) const;
    void updateCursorRows();
    void announceFollowing();

    // PlotCanvasInput.cpp
    void editSteps(const ValueRange& wanted);
    void editValues(const ValueRange& wanted);
    void backToFollow();
    void zoomAround(const QPointF& at, double factor, bool values);
    void panTo(const QPoint& at);
    void zoomToRect(const QRect& rect);
    void hover(const QPointF& at);
    bool isOverValueAxis(const QPointF& at) const;
    double wholeRunEnd() const;

    Theme& m_theme;
    std::shared_ptr<const telemetry::SeriesStore> m_store;
    std::vector<Curve> m_curves;
    std::vector<CurveGraph*> m_graphs;
    EventMarks* m_events;
    ValueMarks* m_values;
    PlotCursor* m_cursor;
    ViewedLine* m_viewed;
    QSharedPointer<ValueTicker> m_valueTicker;
    QPushButton* m_followChip;
    QRubberBand* m_band;
    QString m_emptyText;

    std::optional<ValueRange> m_zoomedSteps;
    std::optional<ValueRange> m_zoomedValues;
    std::optional<ValueRange> m_calmValues;
    std::optional<ValueRange> m_fixedValues;
    bool m_fixedGrows = false;
    bool m_logarithmic = false;
    bool m_wasFollowing = true;
    int m_replotCount = 0;

    bool m_panning = false;
    QPoint m_pressedAt;
    ValueRange m_pressedSteps;
    ValueRange m_pressedValues;
};

}  // namespace normscope::widgets
