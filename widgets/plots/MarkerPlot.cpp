#include "widgets/plots/MarkerPlot.h"

#include "widgets/plots/AxisTickers.h"
#include "widgets/plots/DecadeTicker.h"
#include "widgets/plots/MarkerItem.h"
#include "widgets/plots/PlotCsv.h"
#include "widgets/plots/ValueText.h"
#include "widgets/theme/Theme.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

namespace normscope::widgets {

MarkerPlot::MarkerPlot(Theme& theme, QWidget* parent)
    : HoverChart(theme, parent), m_item(new MarkerItem(&chart(), theme, *this)) {
    m_item->setLayer(QStringLiteral("main"));
    chart().yAxis->setTicker(QSharedPointer<QCPAxisTicker>(new ValueTicker));
}

void MarkerPlot::setLogarithmic(bool on) {
    m_logarithmic = on;
    chart().yAxis->setTicker(on ? QSharedPointer<QCPAxisTicker>(new DecadeTicker)
                                : QSharedPointer<QCPAxisTicker>(new ValueTicker));
    markDirty();
}

void MarkerPlot::setValueRange(double lower, double upper) {
    m_fixed = QCPRange(lower, upper);
    markDirty();
}

void MarkerPlot::setData(std::vector<QString> categories, std::vector<MarkerSeries> series) {
    m_categories = std::move(categories);
    const bool sameNames = std::ranges::equal(series, m_series, {}, &MarkerSeries::name, &MarkerSeries::name);
    m_series = std::move(series);
    for (MarkerSeries& one : m_series) {
        one.values.resize(m_categories.size(), std::numeric_limits<double>::quiet_NaN());
    }
    if (!sameNames) {
        std::vector<Curve> legend;
        for (const MarkerSeries& one : m_series) legend.push_back({.name = one.name, .meaning = one.meaning});
        setLegendCurves(legend.size() > 1 ? legend : std::vector<Curve>());
    }
    m_current = std::min(m_current, int(m_categories.size()) - 1);
    markDirty();
}

void MarkerPlot::setChosen(std::vector<int> categories) {
    m_chosen = std::move(categories);
    markDirty();
}

bool MarkerPlot::isEmpty() const {
    return m_categories.empty() || m_series.empty();
}

bool MarkerPlot::isShown(std::size_t series) const {
    const std::vector<Curve> legend = legendCurves();
    return series >= legend.size() || legend[series].visible;
}

std::optional<double> MarkerPlot::coordinateOf(double value) const {
    if (!std::isfinite(value) || (m_logarithmic && value <= 0)) return std::nullopt;
    return m_logarithmic ? std::log10(value) : value;
}

QPointF MarkerPlot::pixelOf(int category, int series) const {
    const QCustomPlot& plot = const_cast<MarkerPlot*>(this)->chart();
    const double value = m_series[std::size_t(series)].values[std::size_t(category)];
    const auto coordinate = coordinateOf(value);
    const QRect area = const_cast<QCustomPlot&>(plot).axisRect()->rect();
    const double edge = std::isfinite(value) ? area.bottom() - 5 : area.top() + 5;
    return {plot.xAxis->coordToPixel(category), coordinate ? plot.yAxis->coordToPixel(*coordinate) : edge};
}

void MarkerPlot::findRange() {
    if (m_fixed) return chart().yAxis->setRange(*m_fixed);
    double lower = std::numeric_limits<double>::infinity();
    double upper = -lower;
    for (const MarkerSeries& one : m_series) {
        for (const double value : one.values) {
            const auto coordinate = coordinateOf(value);
            if (!coordinate) continue;
            lower = std::min(lower, *coordinate);
            upper = std::max(upper, *coordinate);
        }
    }
    if (lower > upper) return chart().yAxis->setRange(-1, 1);
    // Whole decades hold still while the values move.
    if (m_logarithmic) return chart().yAxis->setRange(std::floor(lower - 0.1), std::ceil(upper + 0.1));
    const double air = std::max(0.08 * (upper - lower), 1e-9);
    chart().yAxis->setRange(lower - air, upper + air);
}

void MarkerPlot::draw() {
    m_item->setVisible(!isEmpty());
    if (isEmpty()) return hideReadout();
    chart().xAxis->setRange(-0.6, double(m_categories.size()) - 0.4);
    findRange();
    labelCategories();
}

/// Every name if they fit, else slanted ones; in a low plot, where those would take the room of the values, every
/// second, third, … (the readout names the others).
void MarkerPlot::labelCategories() {
    constexpr int lowPlot = 140;  // px
    QSharedPointer<QCPAxisTickerText> ticker(new QCPAxisTickerText);
    const QFontMetricsF metrics(theme().font(TextRole::MonoTick));
    double longest = 1;
    for (const QString& name : m_categories) longest = std::max(longest, metrics.horizontalAdvance(name));
    const double room = std::max(1.0, double(chart().width() - 60)) / double(m_categories.size());
    const bool slanted = longest + 6 > room && chart().height() > lowPlot;
    chart().xAxis->setTickLabelRotation(slanted ? -45 : 0);
    const int every = std::max(1, int(std::ceil((slanted ? 13 : longest + 6) / room)));
    for (std::size_t i = 0; i < m_categories.size(); i += std::size_t(every)) {
        ticker->addTick(double(i), m_categories[i]);
    }
    chart().xAxis->setTicker(ticker);
    chart().yAxis->ticker()->setTickCount(std::clamp(chart().height() / 34, 2, 6));
}

int MarkerPlot::categoryAt(const QPointF& at) const {
    QCustomPlot& plot = const_cast<MarkerPlot*>(this)->chart();
    if (isEmpty() || at.x() < plot.axisRect()->left() || at.x() > plot.axisRect()->right()) return -1;
    return std::clamp(int(std::lround(plot.xAxis->pixelToCoord(at.x()))), 0, int(m_categories.size()) - 1);
}

void MarkerPlot::pointAt(int category) {
    m_current = category;
    std::vector<PlotCursor::Row> rows;
    for (const MarkerSeries& one : m_series) {
        const double value = one.values[std::size_t(category)];
        rows.push_back({theme().curveStyle(one.meaning).color, one.name, shortText(value)});
    }
    const double x = chart().xAxis->coordToPixel(category);
    const double y = m_series.empty() ? 0 : pixelOf(category, 0).y();
    showReadout({{x, y}, x, {}}, m_categories[std::size_t(category)], std::move(rows));
}

void MarkerPlot::hoverAt(const QPointF& at) {
    const int category = categoryAt(at);
    category < 0 ? hideReadout() : pointAt(category);
}

void MarkerPlot::clickedAt(const QPointF& at, Qt::KeyboardModifiers) {
    const int category = categoryAt(at);
    if (category >= 0) emit categoryActivated(category);
}

bool MarkerPlot::keyPressed(int key, Qt::KeyboardModifiers) {
    if (isEmpty()) return false;
    const int count = int(m_categories.size());
    switch (key) {
        case Qt::Key_Right: return pointAt((m_current + 1) % count), true;
        case Qt::Key_Left: return pointAt((std::max(m_current, 0) + count - 1) % count), true;
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Space:
            if (m_current >= 0) emit categoryActivated(m_current);
            return true;
        default: return false;
    }
}

QByteArray MarkerPlot::csv() {
    if (isEmpty()) throw std::runtime_error(tr("There are no values yet.").toStdString());
    QByteArray csv = "name";
    for (const MarkerSeries& one : m_series) csv += ',' + csvTextCell(one.name).toUtf8();
    csv += '\n';
    for (std::size_t i = 0; i < m_categories.size(); ++i) {
        csv += csvTextCell(m_categories[i]).toUtf8();
        for (const MarkerSeries& one : m_series) csv += ',' + QByteArray::number(one.values[i], 'g', 9);
        csv += '\n';
    }
    return csv;
}

}  // namespace normscope::widgets
