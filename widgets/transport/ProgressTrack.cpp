#include "widgets/transport/ProgressTrack.h"

#include "widgets/controls/TrackPainter.h"
#include "widgets/theme/Theme.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <utility>

namespace normscope::widgets {

ProgressTrack::ProgressTrack(Theme& theme, QWidget* parent) : QWidget(parent), m_theme(theme) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Progress of the run"));
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

void ProgressTrack::setProgress(double progress) {
    const double next = std::clamp(progress, 0.0, 1.0);
    if (next == m_progress) return;
    const bool otherPercent = std::lround(next * 100) != std::lround(m_progress * 100);
    m_progress = next;
    if (otherPercent) setAccessibleDescription(tr("%1 %").arg(std::lround(next * 100)));
    update();
}

void ProgressTrack::setEvents(std::vector<Event> events) {
    m_events = std::move(events);
    std::stable_sort(m_events.begin(), m_events.end(),
                     [](const Event& a, const Event& b) { return a.first < b.first; });
    update();
}

QRectF ProgressTrack::trackArea() const {
    return QRectF(10, 12, width() - 20, 20);
}

void ProgressTrack::paintEvent(QPaintEvent*) {
    const ThemeColors& c = m_theme.colors();
    QPainter painter(this);
    paintTrack(painter, trackArea(), m_progress,
               {.rail = c.border,
                .filled = c.accent,
                .handle = c.surface,
                .thickness = 6,
                .handleRadius = 9,
                .handleStroke = 3});
    paintEvents(painter);
}

void ProgressTrack::paintEvents(QPainter& painter) const {
    const ThemeColors& c = m_theme.colors();
    const QRectF area = trackArea();
    painter.setFont(m_theme.font(TextRole::Caption));
    const QFontMetricsF metrics(painter.font());
    double freeUntil = width();
    for (auto event = m_events.rbegin(); event != m_events.rend(); ++event) {
        const double x = area.left() + area.width() * std::clamp(event->first, 0.0, 1.0);
        painter.fillRect(QRectF(x - 1.25, area.center().y() - 10, 2.5, 20), c.running);
        const double labelWidth = metrics.horizontalAdvance(event->second);
        // Right of its mark, or left of it at the end of the track.
        const double left = x + 8 + labelWidth <= width() ? x + 6 : x - 6 - labelWidth;
        if (left + labelWidth > freeUntil || left < 0) continue;
        painter.setPen(c.running);
        painter.drawText(QPointF(left, 10), event->second);
        freeUntil = std::min(left, x) - 8;
    }
}

bool ProgressTrack::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const QRectF area = trackArea();
        for (const auto& [position, label] : m_events) {
            if (std::abs(area.left() + area.width() * position - help->pos().x()) <= 4) {
                QToolTip::showText(help->globalPos(), label, this);
                return true;
            }
        }
        QToolTip::hideText();
        return true;
    }
    return QWidget::event(event);
}

}  // namespace normscope::widgets
