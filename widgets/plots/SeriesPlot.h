// A card with one or more series over the steps of a run.
#pragma once

#include "core/telemetry/RunEvent.h"
#include "core/telemetry/SeriesStore.h"
#include "widgets/plots/AxisRanges.h"
#include "widgets/plots/Curve.h"
#include "widgets/plots/PlotExporter.h"

#include <QByteArray>
#include <QRectF>
#include <QWidget>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

class QCPPainter;
class QTimer;

namespace normscope::widgets {

class PlotCanvas;
class PlotLegend;
class Theme;

/// Title, unit, legend and curves. Follows the run until the user zooms: wheel zooms steps (Shift, or over the
/// value axis: values), drag moves a zoomed view, Ctrl+drag zooms to a rectangle, double click or Esc follows again.
/// Slots never signal, so plots can be linked to each other in both directions.
class SeriesPlot : public QWidget {
    Q_OBJECT

   public:
    /// Writes the bytes to the file or throws std::runtime_error with a sentence, leaving an old file as it was.
    using FileWriter = std::function<void(const QString& path, const QByteArray& bytes)>;
    /// Asks the user where to save; empty if nowhere.
    using PathQuestion = std::function<QString(const QString& suggestion, const QString& filter)>;

    /// A fixed value range, or one that only grows when data leave it.
    enum class RangeMode { Fixed, AtLeast };

    explicit SeriesPlot(Theme& theme, QWidget* parent = nullptr);

    void setTitle(const QString& title);
    QString title() const { return m_title; }
    void setUnit(const QString& unit);
    /// Nothing: from the visible data.
    void setValueRange(std::optional<ValueRange> range, RangeMode mode = RangeMode::Fixed);
    /// Shared with the app, read on the GUI thread only; null for no run.
    void setStore(std::shared_ptr<const telemetry::SeriesStore> store);
    const telemetry::SeriesStore* store() const;
    void setCurves(std::vector<Curve> curves);
    /// With `visible` as the legend has it now.
    const std::vector<Curve>& curves() const;
    /// Marked by labelled lines.
    void setEvents(std::vector<telemetry::RunEvent> events);
    void setEmptyText(const QString& text);

    /// Complete recipe of the run, for the metadata of exported files.
    void setRecipeJson(const QString& json) { m_recipeJson = json; }
    QString recipeJson() const { return m_recipeJson; }
    void setFileWriter(FileWriter writer) { m_fileWriter = std::move(writer); }
    const FileWriter& fileWriter() const { return m_fileWriter; }
    void setPathQuestion(PathQuestion question) { m_pathQuestion = std::move(question); }

    bool isFollowing() const;
    ValueRange xRange() const;
    ValueRange yRange() const;
    std::optional<double> cursorStep() const;
    /// Steps in view with a NaN or infinite value, marked at the top edge.
    std::vector<double> nonFiniteSteps() const;
    /// Rectangles of the event labels that were drawn, in pixels of the canvas.
    std::vector<QRectF> eventLabelRects() const;
    /// How often the curves were drawn; for tests.
    int replotCount() const;
    PlotCanvas& canvas() { return *m_canvas; }

    /// Logical pixels of an exported picture.
    QSize exportSize() const;
    /// Card content without border, cursor and chip.
    void paintExport(QCPPainter& painter);

    QSize sizeHint() const override { return {418, 228}; }
    QSize minimumSizeHint() const override { return {220, 130}; }

   public slots:
    /// The store has grown: draws once now, or when shown next.
    void markDirty();
    void setXRange(double lower, double upper);
    void follow();
    void setCursor(std::optional<double> step);
    /// Asks for a path, renders, writes.
    void saveAs(normscope::widgets::PlotFormat format);
    void copyPicture();

   signals:
    /// The user zoomed or moved along the steps.
    void xRangeChanged(double lower, double upper);
    /// The user went back to following the run.
    void followStarted();
    /// The user moved the cursor to a step.
    void cursorMoved(double step);
    /// The mouse left the plot.
    void cursorLeft();
    void exported(const QString& path);
    void exportFailed(const QString& sentence);

   protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

   private:
    void makeActions();
    void connectCanvas();
    void scheduleRefresh();
    void arrange();
    void paintHeader(QPainter& painter, int width) const;
    int legendHeight(int width) const;

    Theme& m_theme;
    QString m_title;
    QString m_unit;
    QString m_recipeJson;
    FileWriter m_fileWriter;
    PathQuestion m_pathQuestion;
    PlotLegend* m_legend;
    PlotCanvas* m_canvas;
    QTimer* m_refresh;
    bool m_dirty = true;
};

}  // namespace normscope::widgets
