#include "widgets/plots/PlotMarks.h"

#include "widgets/theme/Theme.h"

#include <algorithm>
#include <array>
#include <utility>

namespace normscope::widgets {
namespace {

constexpr int labelRows = 2;
constexpr int labelLine = 13;

}  // namespace

EventMarks::EventMarks(QCustomPlot* plot, const Theme& theme) : QCPAbstractItem(plot), m_theme(theme) {
    setSelectable(false);
    setClipToAxisRect(false);  // the first row of labels stands above the curves
}

void EventMarks::setEvents(std::vector<telemetry::RunEvent> events) {
    m_events = std::move(events);
    std::stable_sort(m_events.begin(), m_events.end(), [](const auto& a, const auto& b) { return a.step < b.step; });
}

double EventMarks::selectTest(const QPointF&, bool, QVariant*) const {
    return -1;
}

void EventMarks::draw(QCPPainter* painter) {
    m_labelRects.clear();
    const double labelHeight = m_theme.scaled(labelLine);
    const QRectF area = clipAxisRect()->rect();
    const double top = area.top() - labelHeight;
    const QCPAxis* axis = parentPlot()->xAxis;
    QFont font = m_theme.font(TextRole::MonoTick);
    font.setFamily(m_theme.font(TextRole::Caption).family());
    painter->setFont(font);
    const QFontMetricsF metrics(font, painter->device());

    std::array<double, labelRows> freeUntil;  // labels are set from the right, newest first
    freeUntil.fill(area.right() + 1e6);
    for (auto event = m_events.rbegin(); event != m_events.rend(); ++event) {
        const double x = axis->coordToPixel(double(event->step.value));
        if (x < area.left() || x > area.right()) continue;
        QPen line(m_theme.colors().accent, 1);
        line.setDashPattern({3, 3});
        painter->setPen(line);
        painter->setAntialiasing(false);
        painter->drawLine(QLineF(x, top + 2, x, area.bottom()));

        const QString text = QString::fromStdString(event->label);
        const double width = metrics.horizontalAdvance(text);
        const bool rightOfLine = x + 4 + width <= area.right();
        const double left = rightOfLine ? x + 4 : x - 4 - width;
        if (left < area.left()) continue;
        for (int row = 0; row < labelRows; ++row) {
            if (left + width > freeUntil[std::size_t(row)]) continue;
            freeUntil[std::size_t(row)] = std::min(left, x) - 6;
            const QRectF place(left, top + row * labelHeight, width, labelHeight);
            m_labelRects.push_back(place);
            painter->setAntialiasing(true);
            painter->setPen(m_theme.colors().accent);
            painter->drawText(place, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextDontClip, text);
            break;
        }
    }
}

ValueMarks::ValueMarks(QCustomPlot* plot, const Theme& theme) : QCPAbstractItem(plot), m_theme(theme) {
    setSelectable(false);
    setClipToAxisRect(false);  // marks stand on the edge
}

void ValueMarks::setDots(std::vector<Dot> dots) {
    m_dots = std::move(dots);
}

void ValueMarks::setNonFinite(std::vector<double> steps) {
    m_nonFinite = std::move(steps);
}

void ValueMarks::setNotice(const QString& text) {
    m_notice = text;
}

double ValueMarks::selectTest(const QPointF&, bool, QVariant*) const {
    return -1;
}

void ValueMarks::draw(QCPPainter* painter) {
    const QRectF area = clipAxisRect()->rect();
    painter->setAntialiasing(true);
    painter->setPen(Qt::NoPen);
    for (const Dot& dot : m_dots) {
        const QPointF at(parentPlot()->xAxis->coordToPixel(dot.at.x()), parentPlot()->yAxis->coordToPixel(dot.at.y()));
        if (!area.adjusted(-3, -3, 3, 3).contains(at)) continue;
        painter->setBrush(dot.color);
        painter->drawEllipse(at, dot.radius, dot.radius);
    }
    drawNonFinite(painter);
    if (!m_notice.isEmpty()) {
        painter->setFont(m_theme.font(TextRole::Body));
        painter->setPen(m_theme.colors().faint);
        painter->drawText(area, Qt::AlignCenter, m_notice);
    }
}

void ValueMarks::drawNonFinite(QCPPainter* painter) const {
    const QRectF area = clipAxisRect()->rect();
    const ThemeColors& colors = m_theme.colors();
    double drawnAt = -1e9;
    for (const double step : m_nonFinite) {
        const double x = parentPlot()->xAxis->coordToPixel(step);
        if (x < area.left() - 1 || x > area.right() + 1 || x - drawnAt < 9) continue;
        const bool first = drawnAt < 0;
        drawnAt = x;
        painter->setPen(Qt::NoPen);
        painter->setBrush(colors.warn);
        const double top = area.top();
        painter->drawPolygon(QPolygonF{{x - 4, top + 7}, {x + 4, top + 7}, {x, top}});
        if (first) {
            painter->setFont(m_theme.font(TextRole::Caption));
            painter->setPen(colors.warn);
            const QString text = tr("not finite");
            const double width = QFontMetricsF(painter->font(), painter->device()).horizontalAdvance(text);
            const double left = x - 7 - width;  // the marks of later steps follow on the right
            if (left >= area.left()) painter->drawText(QPointF(left, top + 8), text);
        }
    }
}

}  // namespace normscope::widgets
