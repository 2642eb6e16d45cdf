#include "widgets/plots/RidgePlot.h"

#include "widgets/plots/AxisOffset.h"
#include "widgets/plots/AxisTickers.h"
#include "widgets/plots/ValueText.h"
#include "widgets/theme/Theme.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace normscope::widgets {
namespace {

constexpr double peakHeight = 1.9;   // rows
constexpr double fewestRows = 3;     // that there is room for
constexpr double fewestPixels = 15;  // between labels

}  // namespace

RidgePlot::RidgePlot(Theme& theme, QWidget* parent) : HoverChart(theme, parent) {
    chart().xAxis->setTicker(QSharedPointer<ValueTicker>::create());
    chart().yAxis->grid()->setVisible(false);
    setUnit(tr("step"));
    setLegendCurves({{{}, tr("batch mean"), Meaning::Batch}, {{}, tr("running mean"), Meaning::Running}});
}

void RidgePlot::setRows(std::vector<RidgeRow> rows) {
    m_rows = std::move(rows);
    m_row = -1;
    hideReadout();
    markDirty();
}

void RidgePlot::draw() {
    chart().clearPlottables();
    chart().xAxis->setLabel({});
    if (isEmpty()) return;
    double lower = std::numeric_limits<double>::infinity(), upper = -lower;
    for (const RidgeRow& row : m_rows) {
        lower = std::min(lower, row.lower);
        upper = std::max(upper, row.lower + row.width * double(row.shares.size()));
    }
    m_offset = axisOffset(lower, upper);
    for (std::size_t row = 0; row < m_rows.size(); ++row) drawRow(row);
    drawMeans();
    labelSteps();
    chart().yAxis->grid()->setVisible(false);
    chart().xAxis->setRange(lower - m_offset, upper - m_offset);
    chart().xAxis->setLabel(axisOffsetLabel(m_offset));
    chart().yAxis->setRange(-0.3, std::max(double(m_rows.size() - 1), fewestRows) + peakHeight + 0.15);
}

void RidgePlot::drawRow(std::size_t row) {
    const RidgeRow& shown = m_rows[row];
    const double peak = shown.shares.empty() ? 0 : std::ranges::max(shown.shares);
    const double scale = peak > 0 ? peakHeight / peak : 0;
    const double floor = base(row), left = shown.lower - m_offset;
    QVector<double> x{left}, y{floor};
    for (std::size_t bin = 0; bin < shown.shares.size(); ++bin) {
        x << left + shown.width * (double(bin) + 0.5);
        y << floor + scale * shown.shares[bin];
    }
    x << left + shown.width * double(shown.shares.size()) << left;
    y << floor << floor;
    auto* curve = new QCPCurve(chart().xAxis, chart().yAxis);  // the chart owns it
    const ThemeColors& colors = theme().colors();
    const bool newest = row + 1 == m_rows.size();
    // Older ones paler.
    const double age = m_rows.size() < 2 ? 1 : double(row) / double(m_rows.size() - 1);
    curve->setPen(QPen(newest ? colors.text : mixed(colors.surface, colors.muted, 0.45 + 0.35 * age), 1));
    curve->setBrush(mixed(colors.surface, colors.faint, 0.12 + 0.26 * age));
    curve->setData(x, y);
}

void RidgePlot::drawMeans() {
    const auto curves = legendCurves();
    const auto draw = [&](Meaning meaning, const auto& mean_of, QCPScatterStyle::ScatterShape shape) {
        QVector<double> x, y;
        for (std::size_t row = 0; row < m_rows.size(); ++row) {
            const std::optional<double> mean = mean_of(m_rows[row]);
            if (!mean || !std::isfinite(*mean)) continue;
            x << *mean - m_offset;
            y << base(row);
        }
        auto* curve = new QCPCurve(chart().xAxis, chart().yAxis);
        const QColor color = theme().curveStyle(meaning).color;
        curve->setPen(QPen(color, 1.6));
        curve->setScatterStyle(QCPScatterStyle(shape, QPen(color, 1.6), theme().colors().surface, 5));
        curve->setData(x, y);
    };
    if (curves[0].visible) {
        draw(
            Meaning::Batch, [](const RidgeRow& row) { return std::optional(row.batchMean); },
            QCPScatterStyle::ssSquare);
    }
    if (curves[1].visible) {
        draw(
            Meaning::Running, [](const RidgeRow& row) { return row.runningMean; }, QCPScatterStyle::ssCircle);
    }
}

void RidgePlot::labelSteps() {
    auto ticker = QSharedPointer<QCPAxisTickerText>::create();
    const double rowPixels = double(std::max(40, chart().height() - 60)) / (double(m_rows.size()) + peakHeight);
    const auto every = std::max<std::size_t>(1, std::size_t(std::ceil(fewestPixels / rowPixels)));
    // The newest always, the others counted from there.
    for (std::size_t row = 0; row < m_rows.size(); ++row) {
        if ((m_rows.size() - 1 - row) % every != 0) continue;
        ticker->addTick(base(row), QString::number(m_rows[row].step));
    }
    chart().yAxis->setTicker(ticker);
}

void RidgePlot::hoverAt(const QPointF& at) {
    if (isEmpty() || !chart().axisRect()->rect().contains(at.toPoint())) return hoverEnded();
    const double y = std::clamp(std::floor(chart().yAxis->pixelToCoord(at.y()) + 0.2), 0.0, double(m_rows.size() - 1));
    showRow(m_rows.size() - 1 - std::size_t(y));
}

void RidgePlot::hoverEnded() {
    m_row = -1;
    HoverChart::hoverEnded();
}

bool RidgePlot::keyPressed(int key, Qt::KeyboardModifiers) {
    if (isEmpty() || (key != Qt::Key_Up && key != Qt::Key_Down)) return false;
    const int last = int(m_rows.size()) - 1;
    showRow(std::size_t(m_row < 0 ? last : std::clamp(m_row + (key == Qt::Key_Down ? 1 : -1), 0, last)));
    return true;
}

void RidgePlot::showRow(std::size_t row) {
    m_row = int(row);
    const RidgeRow& shown = m_rows[row];
    const ThemeColors& colors = theme().colors();
    std::vector<PlotCursor::Row> rows{{colors.batch, tr("batch mean"), shortText(shown.batchMean)}};
    if (shown.runningMean) rows.push_back({colors.running, tr("running mean"), shortText(*shown.runningMean)});
    if (shown.notFinite > 0) rows.push_back({colors.warn, tr("not finite"), QString::number(shown.notFinite)});
    const QRectF area = chart().axisRect()->rect();
    const double y = chart().yAxis->coordToPixel(base(row));
    const double height = chart().yAxis->coordToPixel(base(row)) - chart().yAxis->coordToPixel(base(row) + 1);
    showReadout({.at = {area.left() + 8, y}, .frame = QRectF(area.left(), y - height, area.width(), height)},
                tr("step %1").arg(shown.step), std::move(rows));
}

QByteArray RidgePlot::csv() {
    if (isEmpty()) throw std::runtime_error(tr("There are no distributions yet.").toStdString());
    QByteArray text = "step,from,to,share,batch_mean,running_mean\n";
    for (const RidgeRow& row : m_rows) {
        for (std::size_t bin = 0; bin < row.shares.size(); ++bin) {
            const double lower = row.lower + row.width * double(bin);
            text += QByteArray::number(qlonglong(row.step));
            for (const double value : {lower, lower + row.width, row.shares[bin], row.batchMean}) {
                text += ',' + QByteArray::number(value, 'g', 9);
            }
            text += ',' + (row.runningMean ? QByteArray::number(*row.runningMean, 'g', 9) : QByteArray()) + '\n';
        }
    }
    return text;
}

}  // namespace normscope::widgets
