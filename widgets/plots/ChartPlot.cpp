#include "widgets/plots/ChartPlot.h"

#include "widgets/theme/Theme.h"

#include <QTimer>

namespace normscope::widgets {

ChartPlot::ChartPlot(Theme& theme, QWidget* parent)
    : PlotCard(theme, parent),
      m_chart(new QCustomPlot(this)),
      m_refresh(new QTimer(this)),
      m_emptyText(tr("No steps yet")) {
    m_refresh->setSingleShot(true);
    m_refresh->setInterval(0);
    connect(m_refresh, &QTimer::timeout, this, &ChartPlot::refresh);
    connect(&theme, &Theme::changed, this, [this] {
        applyTheme();
        markDirty();
    });

    m_chart->setAttribute(Qt::WA_NoMousePropagation, false);  // else the card would get no context menu event
    m_chart->setFocusPolicy(Qt::StrongFocus);
    m_chart->setPlottingHints(QCP::phCacheLabels | QCP::phFastPolylines);
    m_chart->legend->setVisible(false);
    m_chart->axisRect()->setMinimumMargins({6, 6, 10, 6});
    for (QCPAxis* axis : {m_chart->xAxis, m_chart->yAxis}) {
        axis->setBasePen(Qt::NoPen);
        axis->setSubTicks(false);
        axis->setTickLength(0);
        axis->setTickLabelPadding(6);
        axis->setNumberPrecision(4);
        axis->grid()->setZeroLinePen(Qt::NoPen);
    }
    m_chart->xAxis->grid()->setVisible(false);
    m_notice = new QCPItemText(m_chart);
    m_notice->position->setType(QCPItemPosition::ptAxisRectRatio);
    m_notice->position->setCoords(0.5, 0.5);
    connect(m_chart, &QCustomPlot::afterReplot, this, [this] {
        ++m_replotCount;
        countDrawing(m_chart->replotTime());
    });
    setCanvas(m_chart);
    applyTheme();
}

void ChartPlot::applyTheme() {
    const ThemeColors& colors = theme().colors();
    m_chart->setBackground(QBrush(colors.surface));
    for (QCPAxis* axis : {m_chart->xAxis, m_chart->yAxis}) {
        axis->setTickLabelFont(theme().font(TextRole::MonoTick));
        axis->setTickLabelColor(colors.faint);
        axis->setLabelFont(theme().font(TextRole::Caption));
        axis->setLabelColor(colors.muted);
        axis->setTickPen(QPen(colors.surface));  // SVG writers draw a dot for a tick of no length and no pen
    }
    m_chart->yAxis->grid()->setPen(QPen(colors.grid, 1));
    m_notice->setFont(theme().font(TextRole::Body));
    m_notice->setColor(colors.muted);
}

void ChartPlot::setEmptyText(const QString& text) {
    m_emptyText = text;
    markDirty();
}

void ChartPlot::markDirty() {
    m_dirty = true;
    if (isVisible() && !m_refresh->isActive()) m_refresh->start();
}

void ChartPlot::toggleCurve(int index, bool shown) {
    PlotCard::toggleCurve(index, shown);
    markDirty();
}

void ChartPlot::refresh() {
    if (!m_dirty) return;
    m_dirty = false;
    const bool empty = isEmpty();
    m_notice->setVisible(empty);
    m_notice->setText(m_emptyText);
    m_chart->xAxis->setVisible(!empty);
    m_chart->yAxis->setVisible(!empty);
    m_chart->yAxis->grid()->setVisible(!empty);
    draw();
    m_chart->replot(QCustomPlot::rpQueuedRefresh);  // drawn now, painted with the next turn
}

void ChartPlot::showEvent(QShowEvent* event) {
    PlotCard::showEvent(event);
    if (m_dirty) markDirty();
}

void ChartPlot::prepareExport() {
    refresh();
}

void ChartPlot::paintCanvas(QCPPainter& painter, const QSize& size) {
    m_chart->toPainter(&painter, size.width(), size.height());
}

}  // namespace normscope::widgets
