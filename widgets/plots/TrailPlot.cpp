#include "widgets/plots/TrailPlot.h"

#include "widgets/plots/AxisTickers.h"
#include "widgets/plots/PlotCsv.h"
#include "widgets/plots/TrailItem.h"
#include "widgets/plots/ValueText.h"
#include "widgets/theme/Theme.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace normscope::widgets {
namespace {

constexpr double reach = 14;  // px from the mouse to a point that is still meant

/// A range around finite values, with air.
QCPRange rangeAround(double lower, double upper) {
    const double span = std::max(upper - lower, std::max(1e-6, 1e-3 * std::max(std::abs(lower), std::abs(upper))));
    const double middle = (lower + upper) / 2;
    return {middle - 0.58 * span, middle + 0.58 * span};
}

}  // namespace

TrailPlot::TrailPlot(Theme& theme, QWidget* parent)
    : HoverChart(theme, parent), m_item(new TrailItem(&chart(), theme, m_points)) {
    m_item->setLayer(QStringLiteral("main"));
    chart().xAxis->setTicker(QSharedPointer<QCPAxisTicker>(new ValueTicker));
    chart().yAxis->setTicker(QSharedPointer<QCPAxisTicker>(new ValueTicker));
    chart().xAxis->ticker()->setTickCount(4);
    chart().xAxis->grid()->setVisible(true);
    chart().xAxis->setLabelPadding(2);
    chart().yAxis->setLabelPadding(4);
}

void TrailPlot::setAxes(const QString& x, QColor ThemeColors::*xColor, const QString& y, QColor ThemeColors::*yColor) {
    m_xName = x;
    m_yName = y;
    m_xColor = xColor;
    m_yColor = yColor;
    markDirty();
}

void TrailPlot::setPoints(std::vector<TrailPoint> points) {
    m_points = std::move(points);
    m_current = std::min(m_current, int(m_points.size()) - 1);
    markDirty();
}

bool TrailPlot::isEmpty() const {
    return m_points.empty();
}

QPointF TrailPlot::pixelOf(const TrailPoint& point) const {
    const QCustomPlot& plot = const_cast<TrailPlot*>(this)->chart();
    return {plot.xAxis->coordToPixel(point.at.x()), plot.yAxis->coordToPixel(point.at.y())};
}

void TrailPlot::draw() {
    m_item->setVisible(!isEmpty());
    if (isEmpty()) return hideReadout();
    const ThemeColors& colors = theme().colors();
    chart().xAxis->setLabel(m_xName);
    chart().yAxis->setLabel(m_yName);
    chart().xAxis->setLabelColor(colors.*m_xColor);
    chart().yAxis->setLabelColor(colors.*m_yColor);
    chart().xAxis->setLabelFont(theme().font(TextRole::Small));
    chart().yAxis->setLabelFont(theme().font(TextRole::Small));
    chart().xAxis->grid()->setPen(QPen(colors.grid, 1));

    double left = 0, right = 0, bottom = 0, top = 0;
    bool any = false;
    const auto include = [&](const QPointF& at) {
        if (!std::isfinite(at.x()) || !std::isfinite(at.y())) return;
        left = any ? std::min(left, at.x()) : at.x();
        right = any ? std::max(right, at.x()) : at.x();
        bottom = any ? std::min(bottom, at.y()) : at.y();
        top = any ? std::max(top, at.y()) : at.y();
        any = true;
    };
    for (const TrailPoint& point : m_points) {
        include(point.at);
        for (const QPointF& at : point.trail) include(at);
    }
    chart().xAxis->setRange(rangeAround(left, right));
    chart().yAxis->setRange(rangeAround(bottom, top));
}

int TrailPlot::nearest(const QPointF& at) const {
    int found = -1;
    double least = reach;
    for (std::size_t i = 0; i < m_points.size(); ++i) {
        const QPointF away = pixelOf(m_points[i]) - at;
        // Of two in the same place the selected one is meant: it is drawn on top.
        const double distance = std::hypot(away.x(), away.y()) - (m_points[i].selected >= 0 ? 1e-3 : 0);
        if (distance < least) {
            least = distance;
            found = int(i);
        }
    }
    return found;
}

void TrailPlot::pointAt(int index) {
    m_current = index;
    const TrailPoint& point = m_points[std::size_t(index)];
    const ThemeColors& colors = theme().colors();
    std::vector<PlotCursor::Row> rows{{colors.*m_xColor, m_xName, exactText(float(point.at.x()))},
                                      {colors.*m_yColor, m_yName, exactText(float(point.at.y()))}};
    if (!point.mark.isEmpty()) rows.push_back({{}, tr("×"), point.mark});
    const QPointF at = pixelOf(point);
    showReadout({at, std::nullopt, QRectF(at - QPointF(6, 6), QSizeF(12, 12))}, point.name, std::move(rows));
}

void TrailPlot::hoverAt(const QPointF& at) {
    const int found = nearest(at);
    found < 0 ? hideReadout() : pointAt(found);
}

void TrailPlot::clickedAt(const QPointF& at, Qt::KeyboardModifiers modifiers) {
    const int found = nearest(at);
    if (found >= 0) emit pointActivated(m_points[std::size_t(found)].id, modifiers.testFlag(Qt::ControlModifier));
}

bool TrailPlot::keyPressed(int key, Qt::KeyboardModifiers modifiers) {
    if (isEmpty()) return false;
    const int count = int(m_points.size());
    switch (key) {
        case Qt::Key_Right:
        case Qt::Key_Down: return pointAt((m_current + 1) % count), true;
        case Qt::Key_Left:
        case Qt::Key_Up: return pointAt((std::max(m_current, 0) + count - 1) % count), true;
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Space:
            if (m_current < 0) return false;
            emit pointActivated(m_points[std::size_t(m_current)].id, modifiers.testFlag(Qt::ControlModifier));
            return true;
        default: return false;
    }
}

QByteArray TrailPlot::csv() {
    if (isEmpty()) throw std::runtime_error(tr("There are no values yet.").toStdString());
    QByteArray csv = "name,place," + csvTextCell(m_xName).toUtf8() + ',' + csvTextCell(m_yName).toUtf8() + '\n';
    const auto row = [&csv](const TrailPoint& point, int place, const QPointF& at) {
        csv += csvTextCell(point.name).toUtf8() + ',' + QByteArray::number(place) + ',' +
               QByteArray::number(at.x(), 'g', 9) + ',' + QByteArray::number(at.y(), 'g', 9) + '\n';
    };
    for (const TrailPoint& point : m_points) {
        for (std::size_t i = 0; i < point.trail.size(); ++i)
            row(point, int(i) - int(point.trail.size()), point.trail[i]);
        row(point, 0, point.at);
    }
    return csv;
}

}  // namespace normscope::widgets
