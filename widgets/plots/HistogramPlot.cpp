#include "widgets/plots/HistogramPlot.h"

#include "widgets/plots/AxisOffset.h"
#include "widgets/plots/AxisTickers.h"
#include "widgets/plots/CurveGraph.h"
#include "widgets/plots/PlotCsv.h"
#include "widgets/plots/ValueText.h"
#include "widgets/theme/Theme.h"

#include <QLocale>

#include <algorithm>
#include <cmath>

namespace normscope::widgets {
namespace {

constexpr double headroom = 1.06;     // above the highest bar
constexpr double remarkLine = 13;     // px
constexpr double remarkWidth = 0.65;  // of the plot
constexpr double mostOverBars = 2;    // a narrow distribution may be so many times as high as the bars

QByteArray cell(double value) {
    return QByteArray::number(value, 'g', QLocale::FloatingPointShortest);
}

}  // namespace

HistogramPlot::HistogramPlot(Theme& theme, QWidget* parent)
    : HoverChart(theme, parent), m_remarks(new QCPItemText(&chart())), m_warnings(new QCPItemText(&chart())) {
    chart().xAxis->setTicker(QSharedPointer<ValueTicker>::create());
    chart().yAxis->setTicker(QSharedPointer<ValueTicker>::create());
    for (QCPItemText* text : {m_remarks, m_warnings}) {
        text->position->setType(QCPItemPosition::ptAxisRectRatio);
        text->setSelectable(false);
    }
    setUnit(tr("% of the values"));
    setEmptyText(tr("Not measured yet"));
}

void HistogramPlot::setContent(HistogramContent content) {
    const auto legend = [](const HistogramContent& of) {
        std::vector<Curve> curves;
        for (const auto& bars : of.bars) curves.push_back({{}, bars.name, bars.meaning, bars.variant, true});
        for (const auto& line : of.expected) curves.push_back({{}, line.name, line.meaning, line.variant, true});
        return curves;
    };
    const std::vector<Curve> wanted = legend(content), present = legendCurves();
    const bool same = std::ranges::equal(wanted, present, [](const Curve& a, const Curve& b) {
        return a.name == b.name && a.meaning == b.meaning && a.variant == b.variant;
    });
    if (!same) setLegendCurves(wanted);  // else what the user hid stays hidden
    m_content = std::move(content);
    m_bin = -1;
    hideReadout();
    chart().setAccessibleDescription((m_content.warnings + m_content.remarks).join(QStringLiteral(". ")));
    markDirty();
}

void HistogramPlot::clear(const QString& reason) {
    setEmptyText(reason);
    setContent({});
}

bool HistogramPlot::isShown(std::size_t legendIndex) const {
    const auto curves = legendCurves();
    return legendIndex >= curves.size() || curves[legendIndex].visible;
}

void HistogramPlot::draw() {
    chart().clearGraphs();
    chart().xAxis->setLabel({});
    m_remarks->setVisible(!isEmpty());
    m_warnings->setVisible(!isEmpty());
    if (isEmpty()) return;
    const double upper = m_content.lower + m_content.width * double(binCount());
    m_offset = axisOffset(m_content.lower, upper);

    std::vector<double> heights(binCount(), 0.0);  // of what is drawn
    double highestBar = 0, highestLine = 0;
    for (std::size_t i = 0; i < m_content.bars.size(); ++i) {
        if (!isShown(i)) continue;
        const auto& bars = m_content.bars[i];
        drawBars(bars, m_content.bars.size() == 1);
        for (std::size_t bin = 0; bin < heights.size(); ++bin) heights[bin] = std::max(heights[bin], bars.shares[bin]);
    }
    highestBar = std::ranges::max(heights);
    for (std::size_t i = 0; i < m_content.expected.size(); ++i) {
        if (!isShown(m_content.bars.size() + i)) continue;
        const auto& line = m_content.expected[i];
        drawExpected(line);
        highestLine = std::max(highestLine, std::ranges::max(line.shares));
        for (std::size_t bin = 0; bin < heights.size(); ++bin) heights[bin] = std::max(heights[bin], line.shares[bin]);
    }
    const double highest =
        highestBar > 0 ? std::clamp(highestLine, highestBar, mostOverBars * highestBar) : highestLine;
    chart().xAxis->setRange(edge(0), edge(binCount()));
    chart().xAxis->setLabel(axisOffsetLabel(m_offset));
    for (double& height : heights) height = std::min(height, highest);
    const double top = std::max(headroom * highest, placeRemarks(heights));
    chart().yAxis->setRange(0, 100 * (top > 0 ? top : 1));
}

void HistogramPlot::drawBars(const HistogramContent::Bars& bars, bool filled) {
    QVector<double> x, y;
    for (std::size_t bin = 0; bin < bars.shares.size(); ++bin) {
        x << edge(bin) << edge(bin + 1);
        y << 100 * bars.shares[bin] << 100 * bars.shares[bin];
    }
    QCPGraph* graph = chart().addGraph();
    graph->setData(x, y, /*alreadySorted=*/true);
    graph->setAdaptiveSampling(false);
    const CurveStyle style = theme().curveStyle(bars.meaning, bars.variant);
    graph->setPen(QPen(style.color, filled ? 1 : 2));
    if (filled) graph->setBrush(mixed(theme().colors().surface, theme().colors().faint, 0.3));
}

void HistogramPlot::drawExpected(const HistogramContent::Expected& expected) {
    QVector<double> x, y;
    for (std::size_t bin = 0; bin < expected.shares.size(); ++bin) {
        x << (edge(bin) + edge(bin + 1)) / 2;
        y << 100 * expected.shares[bin];
    }
    auto* graph = new CurveGraph(chart().xAxis, chart().yAxis);  // the chart owns it
    CurveStyle style = theme().curveStyle(expected.meaning, expected.variant);
    // What is thin among noisy lines over steps is the calm line here.
    if (style.width < 2) style = {style.color, 2.2, {6, 3}, {6, 3}};
    graph->setStyle(style);
    graph->setData(x, y, /*alreadySorted=*/true);
}

double HistogramPlot::placeRemarks(const std::vector<double>& heights) {
    // In the upper corner that is freer.
    const auto third = std::ptrdiff_t(heights.size() / 3 + 1);
    const bool onRight = *std::max_element(heights.end() - third, heights.end()) <=
                         *std::max_element(heights.begin(), heights.begin() + third);
    const Qt::Alignment side = onRight ? Qt::AlignRight : Qt::AlignLeft;
    const double lineShare = remarkLine / std::max(40, chart().axisRect()->height());
    const auto place = [&](QCPItemText* item, const QStringList& lines, const QColor& color, double y) {
        item->setVisible(!lines.isEmpty());
        item->setText(lines.join(QLatin1Char('\n')));
        item->setFont(theme().font(TextRole::Caption));
        item->setColor(color);
        item->setTextAlignment(side);
        item->setPositionAlignment(side | Qt::AlignTop);
        item->position->setCoords(onRight ? 1.0 : 0.012, y);
    };
    place(m_warnings, m_content.warnings, theme().colors().warn, 0);
    place(m_remarks, m_content.remarks, theme().colors().muted, lineShare * double(m_content.warnings.size()));
    const double taken = lineShare * (double(m_content.warnings.size() + m_content.remarks.size()) + 1);
    const auto beside = std::ptrdiff_t(remarkWidth * double(heights.size()));
    const double below = onRight ? *std::max_element(heights.end() - beside - 1, heights.end())
                                 : *std::max_element(heights.begin(), heights.begin() + beside + 1);
    return below / (1 - std::min(taken, 0.6));
}

void HistogramPlot::hoverAt(const QPointF& at) {
    if (isEmpty() || !chart().axisRect()->rect().contains(at.toPoint())) return hoverEnded();
    const double place = (chart().xAxis->pixelToCoord(at.x()) - edge(0)) / m_content.width;
    showBin(std::size_t(std::clamp(place, 0.0, double(binCount() - 1))));
}

void HistogramPlot::hoverEnded() {
    m_bin = -1;
    HoverChart::hoverEnded();
}

bool HistogramPlot::keyPressed(int key, Qt::KeyboardModifiers) {
    if (isEmpty() || (key != Qt::Key_Left && key != Qt::Key_Right)) return false;
    const int last = int(binCount()) - 1;
    if (m_bin < 0) {
        showBin(binCount() / 2);
    } else {
        showBin(std::size_t(std::clamp(m_bin + (key == Qt::Key_Right ? 1 : -1), 0, last)));
    }
    return true;
}

void HistogramPlot::showBin(std::size_t bin) {
    m_bin = int(bin);
    std::vector<PlotCursor::Row> rows;
    const auto percent = [](double share) { return shortText(100 * share) + QStringLiteral(" %"); };
    for (const auto& bars : m_content.bars) {
        QString value = percent(bars.shares[bin]);
        if (!bars.counts.empty()) value += tr(" (%L1)").arg(bars.counts[bin]);
        rows.push_back({theme().curveStyle(bars.meaning, bars.variant).color, bars.name, value});
    }
    for (const auto& line : m_content.expected) {
        rows.push_back({theme().curveStyle(line.meaning, line.variant).color, line.name, percent(line.shares[bin])});
    }
    const QRectF area = chart().axisRect()->rect();
    const double from = chart().xAxis->coordToPixel(edge(bin)), to = chart().xAxis->coordToPixel(edge(bin + 1));
    const double lower = m_content.lower + m_content.width * double(bin);
    const auto digits = [this](double value) {
        const double size = std::max(std::abs(m_content.lower), std::abs(value)) / m_content.width;
        const int needed = std::clamp(int(std::ceil(std::log10(std::max(size, 1.0)))) + 2, 3, 12);
        return QString::number(value, 'g', needed).replace(QLatin1Char('-'), QChar(0x2212));
    };
    showReadout({.at = {(from + to) / 2, area.top() + 8}, .frame = QRectF(from, area.top(), to - from, area.height())},
                tr("%1 … %2").arg(digits(lower), digits(lower + m_content.width)), std::move(rows));
}

QByteArray HistogramPlot::csv() {
    if (isEmpty()) throw std::runtime_error(tr("There is no histogram yet.").toStdString());
    QByteArray text = "from,to";
    const auto heading = [&text](const QString& name) { text += ',' + csvTextCell(name).toUtf8(); };
    for (const auto& bars : m_content.bars) {
        heading(bars.name);
        if (!bars.counts.empty()) heading(tr("%1 (count)").arg(bars.name));
    }
    for (const auto& line : m_content.expected) heading(line.name);
    text += '\n';
    for (std::size_t bin = 0; bin < binCount(); ++bin) {
        const double lower = m_content.lower + m_content.width * double(bin);
        text += cell(lower) + ',' + cell(lower + m_content.width);
        for (const auto& bars : m_content.bars) {
            text += ',' + cell(bars.shares[bin]);
            if (!bars.counts.empty()) text += ',' + QByteArray::number(qlonglong(bars.counts[bin]));
        }
        for (const auto& line : m_content.expected) text += ',' + cell(line.shares[bin]);
        text += '\n';
    }
    return text;
}

}  // namespace normscope::widgets
