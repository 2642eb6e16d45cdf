#include "widgets/transport/ProgressTrack.h"

#include "widgets/controls/TrackPainter.h"
#include "widgets/theme/Theme.h"
#include "widgets/transport/TrackAccessible.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <utility>

namespace normscope::widgets {

ProgressTrack::ProgressTrack(Theme& theme, QWidget* parent) : QWidget(parent), m_theme(theme) {
    TrackAccessible::installFactory();
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    setAccessibleName(tr("Step on view"));
    setToolTip(
        tr("The run so far. Drag to see an earlier step, or use the arrow keys (Page Up, Page Down: further; Home: "
           "step 0; End: the newest again)."));
    connect(&theme, &Theme::changed, this, [this] {
        updateGeometry();
        update();
    });
}

QSize ProgressTrack::sizeHint() const {
    return {m_theme.scaled(400), m_theme.scaled(44)};
}
QSize ProgressTrack::minimumSizeHint() const {
    return {m_theme.scaled(80), m_theme.scaled(44)};
}

void ProgressTrack::setScale(Scale scale) {
    m_scale = std::move(scale);
    update();
}

void ProgressTrack::setProgress(double progress, StepIndex newest) {
    const double next = std::clamp(progress, 0.0, 1.0);
    if (next == m_progress && newest == m_newest) return;
    const bool otherPercent = std::lround(next * 100) != std::lround(m_progress * 100);
    m_progress = next;
    m_newest = newest;
    if (otherPercent) describe();
    update();
}

void ProgressTrack::setViewedStep(std::optional<StepIndex> step) {
    if (step == m_viewed) return;
    m_viewed = step;
    describe();
    QAccessibleValueChangeEvent change(this, double(m_viewed.value_or(m_newest).value));
    QAccessible::updateAccessibility(&change);
    update();
}

void ProgressTrack::describe() {
    setAccessibleDescription(valueText());
}

QString ProgressTrack::valueText() const {
    const QString done = tr("%1 % of the run").arg(std::lround(m_progress * 100));
    return m_viewed ? tr("step %1 of %2, %3").arg(m_viewed->value).arg(m_newest.value).arg(done) : done;
}

void ProgressTrack::setEvents(std::vector<Event> events) {
    m_events = std::move(events);
    std::stable_sort(m_events.begin(), m_events.end(),
                     [](const Event& a, const Event& b) { return a.first < b.first; });
    update();
}

QRectF ProgressTrack::trackArea() const {
    const int side = m_theme.scaled(10);
    return QRectF(side, m_theme.scaled(12), width() - 2 * side, m_theme.scaled(20));
}

double ProgressTrack::xOf(StepIndex step) const {
    const QRectF area = trackArea();
    const double share = m_scale.shareOf ? m_scale.shareOf(step) : 0;
    return area.left() + area.width() * std::clamp(share, 0.0, 1.0);
}

void ProgressTrack::paintEvent(QPaintEvent*) {
    const ThemeColors& c = m_theme.colors();
    QPainter painter(this);
    const QRectF area = trackArea();
    const TrackLook look{.rail = c.border,
                         .filled = c.accent,
                         .handle = c.surface,
                         .thickness = 6 * m_theme.scale(),
                         .handleRadius = 9 * m_theme.scale(),
                         .handleStroke = 3 * m_theme.scale(),
                         .focusRing = hasFocus()};
    const double share = m_viewed ? (xOf(*m_viewed) - area.left()) / area.width() : m_progress;
    if (m_viewed) {
        // What lies ahead of the step on view has been taken all the same.
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(c.border);
        const qreal half = look.thickness / 2;
        painter.drawRoundedRect(QRectF(area.left(), area.center().y() - half, area.width(), look.thickness), half,
                                half);
        painter.setBrush(mixed(c.surface, c.accent, 0.45));
        const double taken = area.width() * m_progress;
        painter.drawRoundedRect(QRectF(area.left(), area.center().y() - half, taken, look.thickness), half, half);
        painter.fillRect(QRectF(area.left() + taken - 1.5, area.center().y() - 7, 3, 14), c.accent);
        TrackLook over = look;
        over.rail = Qt::transparent;
        paintTrack(painter, area, share, over);
    } else {
        paintTrack(painter, area, share, look);
    }
    paintEvents(painter);
}

void ProgressTrack::paintEvents(QPainter& painter) const {
    const ThemeColors& c = m_theme.colors();
    const QRectF area = trackArea();
    painter.setFont(m_theme.font(TextRole::Caption));
    const QFontMetricsF metrics(painter.font());
    const double half = area.height() / 2;
    double freeUntil = width();
    for (auto event = m_events.rbegin(); event != m_events.rend(); ++event) {
        const double x = xOf(event->first);
        painter.fillRect(QRectF(x - 1.25, area.center().y() - half, 2.5, 2 * half), c.running);
        const double labelWidth = metrics.horizontalAdvance(event->second);
        // Right of its mark, or left of it at the end of the track.
        const double left = x + 8 + labelWidth <= width() ? x + 6 : x - 6 - labelWidth;
        if (left + labelWidth > freeUntil || left < 0) continue;
        painter.setPen(c.running);
        painter.drawText(QPointF(left, metrics.ascent()), event->second);
        freeUntil = std::min(left, x) - 8;
    }
}

void ProgressTrack::showToolTip(const QPoint& at, const QPoint& globalAt) {
    for (const auto& [step, label] : m_events) {
        if (std::abs(xOf(step) - at.x()) > 4) continue;
        return QToolTip::showText(globalAt, tr("After step %1: %2").arg(step.value).arg(label), this);
    }
    if (!m_scale.stepAt || m_newest.value == 0) return QToolTip::showText(globalAt, toolTip(), this);
    const QRectF area = trackArea();
    const StepIndex step = m_scale.stepAt((at.x() - area.left()) / area.width());
    QToolTip::showText(globalAt, tr("Step %1 · drag to see the run as it was").arg(step.value), this);
}

bool ProgressTrack::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        showToolTip(help->pos(), help->globalPos());
        return true;
    }
    // Esc goes back to the newest step before it ends anything of the window's.
    if (event->type() == QEvent::ShortcutOverride && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape &&
        m_viewed) {
        event->accept();
        return true;
    }
    return QWidget::event(event);
}

void ProgressTrack::chooseStep(StepIndex step) {
    if (step >= m_newest) {
        if (m_viewed) emit followChosen();
        return;
    }
    const StepIndex inside{std::max<std::int64_t>(step.value, 0)};
    if (inside != m_viewed) emit stepChosen(inside);
}

void ProgressTrack::scrubTo(double x) {
    const QRectF area = trackArea();
    if (!m_scale.stepAt || area.width() <= 0) return;
    chooseStep(m_scale.stepAt(std::clamp((x - area.left()) / area.width(), 0.0, 1.0)));
}

void ProgressTrack::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) scrubTo(event->position().x());
}

void ProgressTrack::mouseMoveEvent(QMouseEvent* event) {
    if (event->buttons().testFlag(Qt::LeftButton)) scrubTo(event->position().x());
}

void ProgressTrack::keyPressEvent(QKeyEvent* event) {
    const std::int64_t at = m_viewed.value_or(m_newest).value;
    const std::int64_t far = std::max<std::int64_t>(m_newest.value / 20, 1);
    switch (event->key()) {
        case Qt::Key_Left:
        case Qt::Key_Down: return chooseStep({at - 1});
        case Qt::Key_Right:
        case Qt::Key_Up: return chooseStep({at + 1});
        case Qt::Key_PageDown: return chooseStep({at - far});
        case Qt::Key_PageUp: return chooseStep({at + far});
        case Qt::Key_Home: return chooseStep({0});
        case Qt::Key_Escape:
            if (!m_viewed) break;
            [[fallthrough]];
        case Qt::Key_End: return chooseStep(m_newest);
        default: break;
    }
    QWidget::keyPressEvent(event);
}

void ProgressTrack::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    update();
}

void ProgressTrack::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    update();
}

}  // namespace normscope::widgets
