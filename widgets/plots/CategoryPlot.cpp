#include "widgets/plots/CategoryPlot.h"

#include "widgets/plots/PlotCsv.h"
#include "widgets/theme/Theme.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace normscope::widgets {
namespace {

constexpr double groupWidth = 0.72;  // of the distance between categories

}  // namespace

void CategoryPlot::setBars(QStringList categories, std::vector<BarSet> sets) {
    m_categories = std::move(categories);
    m_sets = std::move(sets);
    std::vector<Curve> legend;
    for (const BarSet& set : m_sets) {
        if (m_sets.size() > 1) legend.push_back({SeriesIndex{-1}, set.name, set.meaning});
    }
    setLegendCurves(legend);
    markDirty();
}

void CategoryPlot::draw() {
    QCustomPlot& plot = chart();
    plot.clearPlottables();
    if (m_categories.isEmpty()) return;
    auto ticker = QSharedPointer<QCPAxisTickerText>::create();
    const auto count = double(m_categories.size());
    for (int i = 0; i < m_categories.size(); ++i) {
        ticker->addTick(i, plot.fontMetrics().elidedText(m_categories[i], Qt::ElideRight, 110));
    }
    plot.yAxis->setTicker(ticker);
    plot.yAxis->setRange(-0.6, count - 0.4);
    plot.yAxis->setRangeReversed(true);
    plot.yAxis->grid()->setVisible(false);
    plot.xAxis->grid()->setVisible(true);
    plot.xAxis->grid()->setPen(QPen(theme().colors().grid, 1));
    plot.xAxis->ticker()->setTickCount(4);

    double most = 0;
    const std::vector<Curve> legend = legendCurves();
    const double width = groupWidth / double(std::max<std::size_t>(1, m_sets.size()));
    for (std::size_t s = 0; s < m_sets.size(); ++s) {
        auto* bars = new QCPBars(plot.yAxis, plot.xAxis);  // registers with the plot, which owns it
        bars->setVisible(legend.empty() || legend[s].visible);
        bars->setPen(Qt::NoPen);
        bars->setBrush(theme().curveStyle(m_sets[s].meaning).color);
        bars->setWidth(width * 0.92);
        for (int i = 0; i < m_categories.size(); ++i) {
            const double value = m_sets[s].values.at(std::size_t(i));
            const double offset = (double(s) - double(m_sets.size() - 1) / 2) * width;
            bars->addData(i + offset, value);
            if (std::isfinite(value)) most = std::max(most, value);
        }
    }
    plot.xAxis->setRange(0, most > 0 ? most * 1.06 : 1);
}

QByteArray CategoryPlot::csv() {
    if (isEmpty()) throw std::runtime_error(tr("There are no values yet.").toStdString());
    QByteArray text = "category";
    for (const BarSet& set : m_sets) text += ',' + csvTextCell(set.name).toUtf8();
    text += '\n';
    for (int i = 0; i < m_categories.size(); ++i) {
        text += csvTextCell(m_categories[i]).toUtf8();
        for (const BarSet& set : m_sets) text += ',' + QByteArray::number(set.values.at(std::size_t(i)), 'g', 17);
        text += '\n';
    }
    return text;
}

}  // namespace normscope::widgets
