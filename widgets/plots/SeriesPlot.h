// A card with one or more series over the steps of a run.
#pragma once

#include "core/telemetry/RunEvent.h"
#include "core/telemetry/SeriesStore.h"
#include "widgets/plots/AxisRanges.h"
#include "widgets/plots/Curve.h"
#include "widgets/plots/PlotCard.h"

#include <QRectF>

#include <memory>
#include <optional>
#include <vector>

class QTimer;

namespace normscope::widgets {

class PlotCanvas;

/// Title, unit, legend and curves. Follows the run until the user zooms: wheel zooms steps (Shift, or over the
/// value axis: values), drag moves a zoomed view, Ctrl+drag zooms to a rectangle, double click or Esc follows again.
/// Slots never signal, so plots can be linked to each other in both directions.
class SeriesPlot : public PlotCard {
    Q_OBJECT

   public:
    /// A fixed value range, or one that only grows when data leave it.
    enum class RangeMode { Fixed, AtLeast };

    explicit SeriesPlot(Theme& theme, QWidget* parent = nullptr);

    /// Nothing: from the visible data.
    void setValueRange(std::optional<ValueRange> range, RangeMode mode = RangeMode::Fixed);
    /// A logarithmic value axis; values of 0 and below are not drawn. yRange() is then one of log10.
    void setLogarithmic(bool on);
    /// Shared with the app, read on the GUI thread only; null for no run.
    void setStore(std::shared_ptr<const telemetry::SeriesStore> store);
    const telemetry::SeriesStore* store() const;
    void setCurves(std::vector<Curve> curves);
    /// With `visible` as the legend has it now.
    const std::vector<Curve>& curves() const;
    /// Marked by labelled lines.
    void setEvents(std::vector<telemetry::RunEvent> events);
    void setEmptyText(const QString& text);

    bool isFollowing() const;
    ValueRange xRange() const;
    ValueRange yRange() const;
    std::optional<double> cursorStep() const;
    std::optional<double> viewedStep() const;
    /// Steps in view with a NaN or infinite value, marked at the top edge.
    std::vector<double> nonFiniteSteps() const;
    /// Rectangles of the event labels that were drawn, in pixels of the canvas.
    std::vector<QRectF> eventLabelRects() const;
    /// How often the curves were drawn; for tests.
    int replotCount() const;
    PlotCanvas& canvas() { return *m_canvas; }

    QByteArray csv() override;

   public slots:
    /// The store has grown: draws once now, or when shown next.
    void markDirty();
    void setXRange(double lower, double upper);
    void follow();
    void setCursor(std::optional<double> step);
    /// A line at the step that the whole window shows; nothing while that is the newest.
    void setViewedStep(std::optional<double> step);

   signals:
    /// The user zoomed or moved along the steps.
    void xRangeChanged(double lower, double upper);
    /// The user went back to following the run.
    void followStarted();
    /// The user moved the cursor to a step.
    void cursorMoved(double step);
    /// The mouse left the plot.
    void cursorLeft();

   protected:
    void toggleCurve(int index, bool shown) override;
    std::vector<Curve> legendCurves() const override;
    void prepareExport() override;
    void paintCanvas(QCPPainter& painter, const QSize& size) override;
    void showEvent(QShowEvent* event) override;

   private:
    void makeZoomActions();
    void connectCanvas();
    void scheduleRefresh();

    PlotCanvas* m_canvas;
    QTimer* m_refresh;
    bool m_dirty = true;
};

}  // namespace normscope::widgets
