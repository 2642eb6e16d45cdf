#include "widgets/plots/SeriesPlot.h"

#include "widgets/plots/PlotCanvas.h"
#include "widgets/plots/PlotCsv.h"
#include "widgets/plots/PlotMarks.h"
#include "widgets/theme/Theme.h"

#include <QAction>
#include <QTimer>

#include <stdexcept>
#include <utility>

namespace normscope::widgets {

SeriesPlot::SeriesPlot(Theme& theme, QWidget* parent)
    : PlotCard(theme, parent), m_canvas(new PlotCanvas(theme, this)), m_refresh(new QTimer(this)) {
    setToolTip(
        tr("Wheel: zoom steps (with Shift or over the value axis: values). Drag: move. "
           "Ctrl+drag: zoom to a rectangle. Double click or Esc: follow the run. "
           "Arrow keys: move the cursor."));
    m_refresh->setSingleShot(true);
    m_refresh->setInterval(0);
    setCanvas(m_canvas);
    makeZoomActions();
    connectCanvas();
    connect(m_refresh, &QTimer::timeout, this, &SeriesPlot::markDirty);
    connect(&theme, &Theme::changed, this, &SeriesPlot::scheduleRefresh);
}

void SeriesPlot::connectCanvas() {
    connect(m_canvas, &QCustomPlot::afterReplot, this, [this] { countDrawing(m_canvas->replotTime()); });
    connect(m_canvas, &PlotCanvas::stepRangeEdited, this, &SeriesPlot::xRangeChanged);
    connect(m_canvas, &PlotCanvas::followChosen, this, &SeriesPlot::followStarted);
    connect(m_canvas, &PlotCanvas::cursorHovered, this, &SeriesPlot::cursorMoved);
    connect(m_canvas, &PlotCanvas::cursorGone, this, &SeriesPlot::cursorLeft);
    connect(m_canvas, &PlotCanvas::focusChanged, this, qOverload<>(&QWidget::update));
}

void SeriesPlot::makeZoomActions() {
    addSeparator();
    connect(addCardAction("followNewest", tr("Follow newest"), QStringLiteral("follow")), &QAction::triggered, this,
            [this] {
                m_canvas->followSteps();
                scheduleRefresh();
                emit followStarted();
            });
    connect(addCardAction("resetZoom", tr("Reset zoom"), QStringLiteral("zoom-out")), &QAction::triggered, this,
            [this] {
                follow();
                emit followStarted();
            });
}

void SeriesPlot::toggleCurve(int index, bool shown) {
    m_canvas->setCurveVisible(index, shown);
    scheduleRefresh();
}

std::vector<Curve> SeriesPlot::legendCurves() const {
    return m_canvas->curves();
}

void SeriesPlot::setValueRange(std::optional<ValueRange> range, RangeMode mode) {
    m_canvas->setValueRange(range, mode == RangeMode::AtLeast);
    scheduleRefresh();
}

void SeriesPlot::setLogarithmic(bool on) {
    m_canvas->setLogarithmic(on);
    scheduleRefresh();
}

void SeriesPlot::setStore(std::shared_ptr<const telemetry::SeriesStore> store) {
    m_canvas->setStore(std::move(store));
    scheduleRefresh();
}

const telemetry::SeriesStore* SeriesPlot::store() const {
    return m_canvas->store();
}

void SeriesPlot::setCurves(std::vector<Curve> curves) {
    setLegendCurves(curves);
    m_canvas->setCurves(std::move(curves));
    scheduleRefresh();
}

const std::vector<Curve>& SeriesPlot::curves() const {
    return m_canvas->curves();
}

void SeriesPlot::setEvents(std::vector<telemetry::RunEvent> events) {
    m_canvas->setEvents(std::move(events));
    scheduleRefresh();
}

void SeriesPlot::setEmptyText(const QString& text) {
    m_canvas->setEmptyText(text);
    scheduleRefresh();
}

bool SeriesPlot::isFollowing() const {
    return m_canvas->isFollowing();
}
ValueRange SeriesPlot::xRange() const {
    return m_canvas->stepRange();
}
ValueRange SeriesPlot::yRange() const {
    return m_canvas->valueRange();
}
std::optional<double> SeriesPlot::cursorStep() const {
    return m_canvas->plotCursor().step();
}
std::optional<double> SeriesPlot::viewedStep() const {
    return m_canvas->viewedStep();
}
std::vector<double> SeriesPlot::nonFiniteSteps() const {
    return m_canvas->valueMarks().nonFinite();
}
std::vector<QRectF> SeriesPlot::eventLabelRects() const {
    return m_canvas->eventMarks().labelRects();
}
int SeriesPlot::replotCount() const {
    return m_canvas->replotCount();
}

/// Several settings in a row give one replot.
void SeriesPlot::scheduleRefresh() {
    m_dirty = true;
    if (isVisible() && !m_refresh->isActive()) m_refresh->start();
}

void SeriesPlot::markDirty() {
    m_dirty = true;
    if (!isVisible()) return;
    m_refresh->stop();
    m_dirty = false;
    m_canvas->refresh();
}

void SeriesPlot::showEvent(QShowEvent* event) {
    PlotCard::showEvent(event);
    if (m_dirty) scheduleRefresh();
}

void SeriesPlot::setXRange(double lower, double upper) {
    m_canvas->zoomSteps(lower, upper);
    scheduleRefresh();
}

void SeriesPlot::follow() {
    m_canvas->follow();
    scheduleRefresh();
}

void SeriesPlot::setCursor(std::optional<double> step) {
    m_canvas->showCursor(step);
}

void SeriesPlot::setViewedStep(std::optional<double> step) {
    m_canvas->showViewedStep(step);
}

QByteArray SeriesPlot::csv() {
    if (store() == nullptr) throw std::runtime_error(tr("There are no values yet.").toStdString());
    return plotCsv(*store(), curves());
}

void SeriesPlot::prepareExport() {
    if (!m_dirty) return;
    m_dirty = false;
    m_canvas->refresh();
}

void SeriesPlot::paintCanvas(QCPPainter& painter, const QSize& size) {
    m_canvas->drawTo(painter, size);
}

}  // namespace normscope::widgets
