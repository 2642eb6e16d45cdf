#include "widgets/plots/PlotCanvas.h"

#include "widgets/plots/AxisTickers.h"
#include "widgets/plots/CurveGraph.h"
#include "widgets/plots/CurveReader.h"
#include "widgets/plots/DecadeTicker.h"
#include "widgets/plots/PlotMarks.h"
#include "widgets/theme/Theme.h"

#include <QPushButton>
#include <QRubberBand>

#include <algorithm>
#include <cmath>
#include <utility>

namespace normscope::widgets {
namespace {

const QMargins axisMargins(40, 9, 14, 24);
constexpr int longestUsualLabel = 6;
constexpr int eventBand = 8;  // px for the labels of events, above the curves

}  // namespace

PlotCanvas::PlotCanvas(Theme& theme, QWidget* parent)
    : QCustomPlot(parent),
      m_theme(theme),
      m_valueTicker(new ValueTicker),
      m_followChip(new QPushButton(tr("Follow"), this)),
      m_band(new QRubberBand(QRubberBand::Rectangle, this)),
      m_emptyText(tr("No steps yet")) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setInteractions({});
    setPlottingHints(QCP::phCacheLabels);
    setNotAntialiasedElements(QCP::aeAxes | QCP::aeGrid | QCP::aeSubGrid | QCP::aeFills);
    legend->setVisible(false);

    addLayer(QStringLiteral("events"), layer(QStringLiteral("grid")), QCustomPlot::limAbove);
    addLayer(QStringLiteral("values"), layer(QStringLiteral("main")), QCustomPlot::limAbove);
    addLayer(QStringLiteral("cursor"), layer(QStringLiteral("overlay")), QCustomPlot::limAbove);
    layer(QStringLiteral("cursor"))->setMode(QCPLayer::lmBuffered);
    m_events = new EventMarks(this, theme);
    m_values = new ValueMarks(this, theme);
    m_viewed = new ViewedLine(this, theme);
    m_cursor = new PlotCursor(this, theme);
    m_events->setLayer(QStringLiteral("events"));
    m_values->setLayer(QStringLiteral("values"));
    m_viewed->setLayer(QStringLiteral("cursor"));
    m_cursor->setLayer(QStringLiteral("cursor"));

    m_followChip->setObjectName(QStringLiteral("followChip"));
    m_followChip->setCursor(Qt::PointingHandCursor);
    m_followChip->setFocusPolicy(Qt::NoFocus);  // Esc does the same from the keyboard
    m_followChip->setToolTip(tr("Show the whole run and follow it (double click, Esc)"));
    m_followChip->setAccessibleName(tr("Follow"));
    m_followChip->hide();
    connect(m_followChip, &QPushButton::clicked, this, &PlotCanvas::backToFollow);

    setAttribute(Qt::WA_NoMousePropagation, false);  // QCustomPlot sets it: the card would get no context menu event
    buildAxes();
    applyTheme();
    connect(&theme, &Theme::changed, this, &PlotCanvas::applyTheme);
    connect(this, &QCustomPlot::afterReplot, this, [this] { ++m_replotCount; });
}

void PlotCanvas::buildAxes() {
    axisRect()->setAutoMargins(QCP::msNone);
    axisRect()->setMargins(margins());
    xAxis->setTicker(QSharedPointer<QCPAxisTicker>(new StepTicker));
    yAxis->setTicker(m_valueTicker);
    for (QCPAxis* axis : {xAxis, yAxis}) {
        axis->setBasePen(Qt::NoPen);
        axis->setSubTicks(false);
        axis->setTickLength(0);
        axis->setTickLabelPadding(6);
        axis->grid()->setZeroLinePen(Qt::NoPen);
    }
    xAxis->grid()->setVisible(false);
    xAxis->setRange(0, followEnd(0));
}

QMargins PlotCanvas::margins() const {
    return {m_theme.scaled(axisMargins.left()), m_theme.scaled(axisMargins.top()), m_theme.scaled(axisMargins.right()),
            m_theme.scaled(axisMargins.bottom())};
}

void PlotCanvas::applyTheme() {
    const ThemeColors& colors = m_theme.colors();
    setBackground(QBrush(colors.surface));
    for (QCPAxis* axis : {xAxis, yAxis}) {
        axis->setTickLabelFont(m_theme.font(TextRole::MonoTick));
        axis->setTickLabelColor(colors.faint);
        axis->setTickPen(QPen(colors.surface));  // SVG writers draw a dot for a tick of no length and no pen
    }
    yAxis->grid()->setPen(QPen(colors.grid, 1));
    m_followChip->setFont(m_theme.font(TextRole::Caption));
    m_followChip->setIcon(m_theme.icon(QStringLiteral("follow"), &ThemeColors::accent));
    m_followChip->setIconSize({11, 11});
    m_followChip->setStyleSheet(QStringLiteral("QPushButton { background: %1; color: %2; border: 1px solid %2; "
                                               "border-radius: 8px; padding: 0px 7px; min-height: 16px; }")
                                    .arg(colors.accentBackground.name(), colors.accent.name()));
    for (std::size_t i = 0; i < m_graphs.size(); ++i) {
        m_graphs[i]->setStyle(styleOf(m_theme, m_curves[i]));
    }
}

void PlotCanvas::setStore(std::shared_ptr<const telemetry::SeriesStore> store) {
    m_store = std::move(store);
    m_calmValues.reset();
}

void PlotCanvas::setCurves(std::vector<Curve> curves) {
    m_curves = std::move(curves);
    m_calmValues.reset();
    rebuildGraphs();
}

void PlotCanvas::rebuildGraphs() {
    clearPlottables();  // deletes the graphs
    m_graphs.clear();
    for (const Curve& curve : m_curves) {
        auto* graph = new CurveGraph(xAxis, yAxis);  // registers with the plot, which owns it
        graph->setStyle(styleOf(m_theme, curve));
        m_graphs.push_back(graph);
    }
}

void PlotCanvas::setCurveVisible(int index, bool visible) {
    if (index < 0 || index >= int(m_curves.size())) return;
    m_curves[std::size_t(index)].visible = visible;
    m_calmValues.reset();
}

void PlotCanvas::setEvents(std::vector<telemetry::RunEvent> events) {
    m_events->setEvents(std::move(events));
}

void PlotCanvas::setValueRange(std::optional<ValueRange> range, bool grows) {
    m_fixedValues = range;
    m_fixedGrows = grows;
    m_calmValues.reset();
}

void PlotCanvas::setLogarithmic(bool on) {
    m_logarithmic = on;
    yAxis->setTicker(on ? QSharedPointer<QCPAxisTicker>(new DecadeTicker) : m_valueTicker);
    m_zoomedValues.reset();
    m_calmValues.reset();
}

void PlotCanvas::setEmptyText(const QString& text) {
    m_emptyText = text;
}

ValueRange PlotCanvas::stepRange() const {
    return {xAxis->range().lower, xAxis->range().upper};
}

ValueRange PlotCanvas::valueRange() const {
    return {yAxis->range().lower, yAxis->range().upper};
}

double PlotCanvas::wholeRunEnd() const {
    return followEnd(m_store != nullptr ? m_store->last_step().value : 0);
}

void PlotCanvas::updateStepRange() {
    const ValueRange range = m_zoomedSteps.value_or(ValueRange{0, wholeRunEnd()});
    xAxis->setRange(range.lower, range.upper);
    xAxis->ticker()->setTickCount(std::clamp(axisRect()->width() / 80, 2, 9));
    yAxis->ticker()->setTickCount(std::clamp(axisRect()->height() / 32, 2, 7));
}

CurveData PlotCanvas::readCurve(const Curve& curve) const {
    const telemetry::SeriesStore* store = storeOf(curve, m_store.get());
    if (store == nullptr) return {};
    const ValueRange steps = stepRange();
    const auto first = std::int64_t(std::floor(steps.lower));
    const auto last = std::int64_t(std::ceil(steps.upper)) + 1;
    std::vector<telemetry::SeriesSample> samples = curveSamples(curve, *store, first, last);
    if (m_logarithmic) samples = logarithms(samples);
    const int pixels = std::max(axisRect()->width(), 50);
    return curveData(samples, steps, pixels, telemetry::is_sparse(store->schema().info(curve.series).statistic));
}

void PlotCanvas::refresh() {
    updateStepRange();
    std::optional<ValueRange> extrema;
    std::vector<ValueMarks::Dot> dots;
    std::vector<double> nonFinite;
    bool hasData = false;
    for (std::size_t i = 0; i < m_curves.size(); ++i) {
        const Curve& curve = m_curves[i];
        m_graphs[i]->setVisible(curve.visible && m_store != nullptr);
        if (!m_graphs[i]->visible()) continue;
        const CurveData drawn = readCurve(curve);
        QVector<QCPGraphData> points;
        points.reserve(qsizetype(drawn.line.size()));
        for (const QPointF& point : drawn.line) points.append({point.x(), point.y()});
        m_graphs[i]->data()->set(points, true);

        const CurveStyle style = styleOf(m_theme, curve);
        for (const QPointF& at : drawn.dots) dots.push_back({at, style.color, std::max(2.0, style.width)});
        nonFinite.insert(nonFinite.end(), drawn.nonFinite.begin(), drawn.nonFinite.end());
        hasData = hasData || !drawn.line.empty() || !drawn.nonFinite.empty();
        if (drawn.extrema) {
            extrema = extrema ? ValueRange{std::min(extrema->lower, drawn.extrema->lower),
                                           std::max(extrema->upper, drawn.extrema->upper)}
                              : *drawn.extrema;
        }
    }
    std::sort(nonFinite.begin(), nonFinite.end());
    updateValueRange(extrema);
    m_values->setDots(std::move(dots));
    m_values->setNonFinite(std::move(nonFinite));
    const bool empty = !hasData && (m_store == nullptr || m_store->last_step().value == 0 || m_curves.empty());
    m_values->setNotice(empty ? m_emptyText : QString());
    m_events->setVisible(!empty);
    xAxis->setVisible(!empty);
    yAxis->setVisible(!empty);
    yAxis->grid()->setVisible(!empty);
    updateCursorRows();
    announceFollowing();
    replot(QCustomPlot::rpQueuedRefresh);
}

void PlotCanvas::updateValueRange(const std::optional<ValueRange>& extrema) {
    if (m_zoomedValues) return applyValueRange(*m_zoomedValues);
    if (m_fixedValues && (!m_fixedGrows || !extrema)) return applyValueRange(*m_fixedValues);
    if (m_fixedValues) {
        const ValueRange least = *m_fixedValues;
        if (extrema->lower >= least.lower && extrema->upper <= least.upper) return applyValueRange(least);
        const ValueRange calm = calmRange(m_calmValues, *extrema);
        m_calmValues = calm;
        return applyValueRange({extrema->lower < least.lower ? calm.lower : least.lower,
                                extrema->upper > least.upper ? calm.upper : least.upper});
    }
    if (!extrema) return;
    m_calmValues = calmRange(m_calmValues, *extrema);
    applyValueRange(*m_calmValues);
}

void PlotCanvas::applyValueRange(const ValueRange& range) {
    yAxis->setRange(range.lower, range.upper);
    // Long labels get room, but the usual ones always the same: plots above each other keep their axes aligned.
    QVector<double> ticks;
    QVector<QString> labels;
    if (!m_logarithmic) m_valueTicker->generate(yAxis->range(), locale(), QLatin1Char('g'), 6, ticks, nullptr, &labels);
    QMargins margins = this->margins();
    if (m_events->hasEvents()) margins.setTop(margins.top() + m_theme.scaled(eventBand));
    const int longest = m_logarithmic ? 0 : m_valueTicker->longestLabel();
    margins.setLeft(margins.left() + m_theme.scaled(6) * std::max(0, longest - longestUsualLabel));
    if (margins != axisRect()->margins()) axisRect()->setMargins(margins);
}

void PlotCanvas::announceFollowing() {
    if (isFollowing() == m_wasFollowing) return;
    m_wasFollowing = isFollowing();
    m_followChip->setVisible(!m_wasFollowing);
    emit followingChanged(m_wasFollowing);
}

void PlotCanvas::zoomSteps(double lower, double upper) {
    if (!(lower < upper) || m_zoomedSteps == ValueRange{lower, upper}) return;
    m_zoomedSteps = ValueRange{lower, upper};
    m_calmValues.reset();
}

void PlotCanvas::follow() {
    m_zoomedSteps.reset();
    m_zoomedValues.reset();
    m_calmValues.reset();
}

void PlotCanvas::followSteps() {
    m_zoomedSteps.reset();
    m_calmValues.reset();
}

void PlotCanvas::showCursor(std::optional<double> step) {
    const std::optional<double> rounded = step ? std::optional(std::round(*step)) : std::nullopt;
    if (rounded == m_cursor->step()) return;
    if (rounded) {
        m_cursor->show(*rounded, {});
        updateCursorRows();
    } else {
        m_cursor->hide();
    }
    if (isVisible()) layer(QStringLiteral("cursor"))->replot();
}

std::optional<double> PlotCanvas::viewedStep() const {
    return m_viewed->step();
}

void PlotCanvas::showViewedStep(std::optional<double> step) {
    if (step == m_viewed->step()) return;
    m_viewed->setStep(step);
    if (isVisible()) layer(QStringLiteral("cursor"))->replot();
}

void PlotCanvas::updateCursorRows() {
    if (!m_cursor->step()) return;
    const double step = *m_cursor->step();
    std::vector<PlotCursor::Row> rows;
    QStringList spoken{tr("step %1").arg(std::int64_t(step))};
    for (const Curve& curve : m_curves) {
        if (!curve.visible || m_store == nullptr) continue;
        const telemetry::SeriesStore* store = storeOf(curve, m_store.get());
        const QString value = store ? valueText(curve, *store, std::int64_t(step)) : QStringLiteral("–");
        rows.push_back({styleOf(m_theme, curve).color, curve.name, value});
        spoken << curve.name + QLatin1Char(' ') + value;
    }
    m_cursor->show(step, std::move(rows));
    if (hasFocus()) setAccessibleDescription(spoken.join(QStringLiteral(", ")));
}

void PlotCanvas::drawTo(QCPPainter& painter, const QSize& size) {
    const bool hadCursor = m_cursor->visible();
    m_cursor->setVisible(false);
    m_viewed->setVisible(false);
    toPainter(&painter, size.width(), size.height());
    m_cursor->setVisible(hadCursor);
    m_viewed->setVisible(true);
}

void PlotCanvas::resizeEvent(QResizeEvent* event) {
    setViewport(rect());
    axisRect()->update(QCPLayoutElement::upLayout);
    const int right = width() - margins().right();
    m_followChip->adjustSize();
    m_followChip->move(right - m_followChip->width(), height() - margins().bottom() - m_followChip->height() - 4);
    if (isVisible()) {
        plotLayout()->update(QCPLayoutElement::upLayout);
        refresh();
    } else {
        QCustomPlot::resizeEvent(event);
    }
}

}  // namespace normscope::widgets
