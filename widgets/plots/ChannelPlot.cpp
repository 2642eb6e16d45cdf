#include "widgets/plots/ChannelPlot.h"

#include "widgets/plots/AxisTickers.h"
#include "widgets/theme/Theme.h"

#include <QMouseEvent>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace normscope::widgets {
namespace {

constexpr double margin = 0.08;  // of the range, above and below

}  // namespace

ChannelPlot::ChannelPlot(Theme& theme, QWidget* parent) : ChartPlot(theme, parent) {
    setUnit(tr("channel"));
    chart().xAxis->setTicker(QSharedPointer<QCPAxisTicker>(new StepTicker));  // whole numbers, as steps are
    connect(&chart(), &QCustomPlot::mousePress, this, [this](const QMouseEvent* event) {
        const int channel = int(std::lround(chart().xAxis->pixelToCoord(event->position().x())));
        if (channel >= 0 && channel < int(m_values.size())) emit channelClicked(channel);
    });
}

void ChannelPlot::setValues(std::vector<double> values, Meaning meaning, std::set<int> marked) {
    m_values = std::move(values);
    m_meaning = meaning;
    m_marked = std::move(marked);
    markDirty();
}

void ChannelPlot::setLogarithmic(bool logarithmic) {
    m_logarithmic = logarithmic;
    chart().yAxis->setScaleType(logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    chart().yAxis->setTicker(logarithmic ? QSharedPointer<QCPAxisTicker>(new QCPAxisTickerLog)
                                         : QSharedPointer<QCPAxisTicker>(new QCPAxisTicker));
    chart().yAxis->setNumberFormat(logarithmic ? QStringLiteral("eb") : QStringLiteral("gb"));
    chart().yAxis->setNumberPrecision(logarithmic ? 0 : 4);
    markDirty();
}

bool ChannelPlot::isDrawable(double value) const {
    return std::isfinite(value) && (!m_logarithmic || value > 0);
}

void ChannelPlot::addDots(const QVector<double>& channels, const QVector<double>& values,
                          const QCPScatterStyle& style) {
    auto* graph = chart().addGraph();
    graph->setLineStyle(QCPGraph::lsNone);
    graph->setScatterStyle(style);
    graph->setData(channels, values, true);
}

void ChannelPlot::draw() {
    QCustomPlot& plot = chart();
    plot.clearPlottables();
    if (m_values.empty()) return;
    QVector<double> channels, heights, markedChannels, markedHeights, lost;
    double lowest = m_logarithmic ? 1e300 : 0;
    double highest = m_logarithmic ? 1e-300 : 0;
    for (int c = 0; c < int(m_values.size()); ++c) {
        const double value = m_values[std::size_t(c)];
        if (!isDrawable(value)) {
            lost << c;
            continue;
        }
        channels << c;
        heights << value;
        lowest = std::min(lowest, value);
        highest = std::max(highest, value);
        if (m_marked.contains(c)) {
            markedChannels << c;
            markedHeights << value;
        }
    }
    if (highest < lowest || (m_logarithmic && channels.isEmpty())) lowest = highest = 1;
    if (m_logarithmic) {
        plot.yAxis->setRange(lowest / 2, highest * 2);
    } else {
        const double room = std::max(highest - lowest, 1e-30) * margin;
        plot.yAxis->setRange(lowest < 0 ? lowest - room : 0, highest > 0 ? highest + room : room);
    }
    plot.xAxis->setRange(-0.7, double(m_values.size()) - 0.3);
    plot.xAxis->ticker()->setTickCount(6);

    const QColor color = theme().curveStyle(m_meaning).color;
    auto* stems = plot.addGraph();
    stems->setLineStyle(QCPGraph::lsImpulse);
    stems->setPen(QPen(mixed(theme().colors().surface, color, 0.55), 1));
    stems->setData(channels, heights, true);
    const double size = m_values.size() > 128 ? 3 : 5;
    addDots(channels, heights, QCPScatterStyle(QCPScatterStyle::ssDisc, color, size));
    addDots(markedChannels, markedHeights,
            QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(theme().colors().warn, 1.6), Qt::NoBrush, 11));
    const QVector<double> top(lost.size(), plot.yAxis->range().upper);
    addDots(lost, top, QCPScatterStyle(QCPScatterStyle::ssCross, QPen(theme().colors().warn, 1.6), Qt::NoBrush, 9));
}

QByteArray ChannelPlot::csv() {
    if (m_values.empty()) throw std::runtime_error(tr("There are no values yet.").toStdString());
    QByteArray text = "channel,value,marked\n";
    for (int c = 0; c < int(m_values.size()); ++c) {
        const double value = m_values[std::size_t(c)];
        text += QByteArray::number(c) + ',' +
                (std::isnan(value) ? QByteArray("nan") : QByteArray::number(value, 'g', 17)) + ',' +
                (m_marked.contains(c) ? "1" : "0") + '\n';
    }
    return text;
}

}  // namespace normscope::widgets
