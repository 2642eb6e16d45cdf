#include "widgets/plots/StackedBarPlot.h"

#include "widgets/plots/AxisTickers.h"
#include "widgets/plots/CsvNumber.h"
#include "widgets/plots/PlotCsv.h"
#include "widgets/theme/Theme.h"

#include <QHelpEvent>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace normscope::widgets {
namespace {

constexpr double barWidth = 0.62;
constexpr double roomForShare = 34;  // pixels

QString percent(double share) {
    return QStringLiteral("%1 %").arg(100 * share, 0, 'f', 0);
}

}  // namespace

StackedBarPlot::StackedBarPlot(Theme& theme, QWidget* parent) : ChartPlot(theme, parent) {
    chart().xAxis->setTicker(QSharedPointer<ValueTicker>::create());
    chart().installEventFilter(this);
}

void StackedBarPlot::setBars(const QStringList& names, std::vector<BarPart> parts, std::vector<double> totals) {
    m_names = names;
    m_parts = std::move(parts);
    m_totals = std::move(totals);
    std::vector<Curve> legend;
    for (const BarPart& part : m_parts) legend.push_back({{}, part.name, part.meaning});
    if (legendCurves().size() != legend.size()) setLegendCurves(legend);
    QStringList texts;
    for (int i = 0; i < m_names.size(); ++i) texts << barText(i);
    chart().setAccessibleDescription(texts.join(QStringLiteral("; ")));
    markDirty();
}

QString StackedBarPlot::barText(int bar) const {
    const double total = m_totals.at(std::size_t(bar));
    QStringList lines{tr("%1: %2").arg(m_names.value(bar)).arg(total, 0, 'g', 5)};
    for (const BarPart& part : m_parts) {
        const double value = part.values.at(std::size_t(bar));
        lines << QStringLiteral("%1: %2 (%3)")
                     .arg(part.name)
                     .arg(value, 0, 'g', 4)
                     .arg(total > 0 ? percent(value / total) : QStringLiteral("–"));
    }
    return lines.join(QLatin1Char('\n'));
}

QByteArray StackedBarPlot::csv() {
    if (isEmpty()) throw std::runtime_error(tr("There is nothing to save yet.").toStdString());
    QByteArray text = "name,total";
    for (const BarPart& part : m_parts) text += "," + csvTextCell(part.name).toUtf8();
    text += "\n";
    for (qsizetype bar = 0; bar < m_names.size(); ++bar) {
        text += csvTextCell(m_names[bar]).toUtf8() + "," + csvNumber(m_totals[std::size_t(bar)]);
        for (const BarPart& part : m_parts) text += "," + csvNumber(part.values[std::size_t(bar)]);
        text += "\n";
    }
    return text;
}

QBrush StackedBarPlot::brushOf(std::size_t part) const {
    const CurveStyle style = theme().curveStyle(m_parts[part].meaning);
    return style.swatchDashes.isEmpty() ? QBrush(style.color)
                                        : QBrush(mixed(theme().colors().surface, style.color, 0.4));
}

void StackedBarPlot::draw() {
    for (QCPBars* bars : m_bars) chart().removePlottable(bars);
    m_bars.clear();
    for (QCPItemText* share : m_shares) chart().removeItem(share);
    m_shares.clear();
    chart().xAxis->grid()->setVisible(!isEmpty());
    chart().xAxis->grid()->setPen(QPen(theme().colors().grid, 1));
    chart().yAxis->grid()->setVisible(false);
    chart().xAxis->setTickLabelFont(theme().font(TextRole::MonoTick));
    chart().yAxis->setTickLabelFont(theme().font(TextRole::Caption));
    chart().yAxis->setTickLabelColor(theme().colors().text);
    if (isEmpty()) return;

    auto ticker = QSharedPointer<QCPAxisTickerText>::create();
    for (qsizetype bar = 0; bar < m_names.size(); ++bar) ticker->addTick(keyOf(bar), m_names[bar]);
    chart().yAxis->setTicker(ticker);
    chart().yAxis->setRange(-0.6, double(m_names.size()) - 0.4);
    double lowest = 0, highest = 0;
    for (std::size_t bar = 0; bar < m_totals.size(); ++bar) {
        double left = 0, right = 0;
        for (const BarPart& part : m_parts) (part.values[bar] < 0 ? left : right) += part.values[bar];
        lowest = std::min(lowest, left);
        highest = std::max(highest, right);
    }
    if (highest == lowest) highest = 1;
    chart().xAxis->setRange(lowest * 1.06, highest * 1.06);
    drawParts();
    drawShares();
}

void StackedBarPlot::drawParts() {
    for (std::size_t i = 0; i < m_parts.size(); ++i) {
        const CurveStyle style = theme().curveStyle(m_parts[i].meaning);
        auto* bars = new QCPBars(chart().yAxis, chart().xAxis);  // owned by the chart
        bars->setPen(QPen(style.color, 1));
        bars->setBrush(brushOf(i));
        bars->setWidth(barWidth);
        for (qsizetype bar = 0; bar < m_names.size(); ++bar) {
            bars->addData(keyOf(bar), m_parts[i].values[std::size_t(bar)]);
        }
        if (!m_bars.empty()) bars->moveAbove(m_bars.back());
        m_bars.push_back(bars);
    }
}

void StackedBarPlot::drawShares() {
    const double perPixel = chart().xAxis->range().size() / std::max(1, chart().axisRect()->width());
    for (qsizetype bar = 0; bar < m_names.size(); ++bar) {
        double left = 0, right = 0;
        for (std::size_t i = 0; i < m_parts.size(); ++i) {
            const double value = m_parts[i].values[std::size_t(bar)];
            double& edge = value < 0 ? left : right;
            const double middle = edge + value / 2;
            edge += value;
            const double total = m_totals[std::size_t(bar)];
            if (std::abs(value) / perPixel < roomForShare || !(total > 0)) continue;
            auto* share = new QCPItemText(&chart());  // owned by the chart
            share->position->setCoords(middle, keyOf(bar));
            share->setFont(theme().font(TextRole::MonoTick));
            const QColor fill = brushOf(i).color();
            const ThemeColors& colors = theme().colors();
            share->setColor(contrastRatio(fill, colors.text) > contrastRatio(fill, colors.surface) ? colors.text
                                                                                                   : colors.surface);
            share->setText(percent(value / total));
            m_shares.push_back(share);
        }
    }
}

bool StackedBarPlot::eventFilter(QObject* watched, QEvent* event) {
    if (watched == &chart() && event->type() == QEvent::ToolTip && !isEmpty()) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const auto row = std::llround(chart().yAxis->pixelToCoord(help->pos().y()));
        const auto bar = int(m_names.size() - 1 - row);
        if (bar < 0 || bar >= m_names.size()) return false;
        QString text = barText(bar);
        for (const BarPart& part : m_parts) text += QStringLiteral("\n\n%1: %2").arg(part.name, part.help);
        QToolTip::showText(help->globalPos(), text, &chart());
        return true;
    }
    return ChartPlot::eventFilter(watched, event);
}

}  // namespace normscope::widgets
