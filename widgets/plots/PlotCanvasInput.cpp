// What mouse, wheel and keyboard do to a PlotCanvas.
#include "widgets/plots/PlotCanvas.h"

#include <QKeyEvent>
#include <QRubberBand>

#include <algorithm>
#include <cmath>

namespace normscope::widgets {
namespace {

constexpr double wheelFactor = 0.8;
constexpr double fewestSteps = 4;
constexpr int smallestBand = 6;  // px; less is a click

}  // namespace

bool PlotCanvas::event(QEvent* event) {
    // The card's tool tip would lie over the values under the cursor.
    if (event->type() == QEvent::ToolTip) return true;
    // Esc ends a zoom before it ends anything of the window's.
    if (event->type() == QEvent::ShortcutOverride && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape &&
        !isFollowing()) {
        event->accept();
        return true;
    }
    return QCustomPlot::event(event);
}

void PlotCanvas::editSteps(const ValueRange& wanted) {
    const double end = wholeRunEnd();
    const ValueRange inside = insideSteps(wanted, end, fewestSteps);
    // Zoomed out to the whole run is following it.
    if (inside.lower <= 0 && inside.upper >= end && !m_zoomedValues) return backToFollow();
    zoomSteps(inside.lower, inside.upper);
    refresh();
    emit stepRangeEdited(inside.lower, inside.upper);
}

void PlotCanvas::editValues(const ValueRange& wanted) {
    if (!(wanted.size() > 1e-12)) return;
    m_zoomedValues = wanted;
    refresh();
}

void PlotCanvas::backToFollow() {
    if (isFollowing()) return;
    follow();
    refresh();
    emit followChosen();
}

bool PlotCanvas::isOverValueAxis(const QPointF& at) const {
    return at.x() < axisRect()->left();
}

void PlotCanvas::zoomAround(const QPointF& at, double factor, bool values) {
    const QCPAxis* axis = values ? yAxis : xAxis;
    const double centre = axis->pixelToCoord(values ? at.y() : at.x());
    const ValueRange now = values ? valueRange() : stepRange();
    const ValueRange next{centre - (centre - now.lower) * factor, centre + (now.upper - centre) * factor};
    values ? editValues(next) : editSteps(next);
}

void PlotCanvas::wheelEvent(QWheelEvent* event) {
    // Shift turns the wheel sideways on some platforms.
    const int turn = event->angleDelta().y() != 0 ? event->angleDelta().y() : event->angleDelta().x();
    event->accept();
    if (turn == 0 || xAxis->visible() == false) return;
    const bool values = event->modifiers().testFlag(Qt::ShiftModifier) || isOverValueAxis(event->position());
    zoomAround(event->position(), std::pow(wheelFactor, turn / 120.0), values);
}

void PlotCanvas::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !xAxis->visible()) return;
    m_pressedAt = event->position().toPoint();
    if (event->modifiers().testFlag(Qt::ControlModifier)) {
        m_band->setGeometry(QRect(m_pressedAt, QSize()));
        m_band->show();
        return;
    }
    m_panning = true;
    m_pressedSteps = stepRange();
    m_pressedValues = valueRange();
}

void PlotCanvas::panTo(const QPoint& at) {
    const double steps = double(m_pressedAt.x() - at.x()) / axisRect()->width() * m_pressedSteps.size();
    const double values = double(at.y() - m_pressedAt.y()) / axisRect()->height() * m_pressedValues.size();
    setCursor(Qt::ClosedHandCursor);
    if (m_zoomedValues) m_zoomedValues = ValueRange{m_pressedValues.lower + values, m_pressedValues.upper + values};
    editSteps({m_pressedSteps.lower + steps, m_pressedSteps.upper + steps});
}

void PlotCanvas::mouseMoveEvent(QMouseEvent* event) {
    const QPoint at = event->position().toPoint();
    if (m_band->isVisible()) {
        m_band->setGeometry(QRect(m_pressedAt, at).normalized().intersected(axisRect()->rect()));
        return;
    }
    if (m_panning && !isFollowing() && (at - m_pressedAt).manhattanLength() > 2) return panTo(at);
    hover(event->position());
}

void PlotCanvas::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    if (m_band->isVisible()) {
        const QRect band = m_band->geometry();
        m_band->hide();
        if (band.width() >= smallestBand && band.height() >= smallestBand) zoomToRect(band);
    }
    m_panning = false;
    unsetCursor();
}

void PlotCanvas::zoomToRect(const QRect& rect) {
    m_zoomedValues = ValueRange{yAxis->pixelToCoord(rect.bottom()), yAxis->pixelToCoord(rect.top())};
    editSteps({xAxis->pixelToCoord(rect.left()), xAxis->pixelToCoord(rect.right())});
}

void PlotCanvas::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) backToFollow();
}

void PlotCanvas::hover(const QPointF& at) {
    if (m_store == nullptr || !xAxis->visible()) return;
    if (!axisRect()->rect().adjusted(-1, -4, 1, 4).contains(at.toPoint())) {
        if (plotCursor().step()) {
            showCursor(std::nullopt);
            emit cursorGone();
        }
        return;
    }
    const double last = double(m_store->last_step().value);
    const double step = std::clamp(std::round(xAxis->pixelToCoord(at.x())), 0.0, std::max(last, 0.0));
    if (plotCursor().step() == step) return;
    showCursor(step);
    emit cursorHovered(step);
}

void PlotCanvas::leaveEvent(QEvent* event) {
    QCustomPlot::leaveEvent(event);
    if (!plotCursor().step()) return;
    showCursor(std::nullopt);
    emit cursorGone();
}

void PlotCanvas::keyPressEvent(QKeyEvent* event) {
    const QPointF centre = axisRect()->rect().center();
    const bool values = event->modifiers().testFlag(Qt::ShiftModifier);
    const double shift = stepRange().size() / 8;
    const double last = m_store != nullptr ? double(m_store->last_step().value) : 0;
    const auto moveCursor = [this, last](double by) {
        const double step = std::clamp(plotCursor().step().value_or(last) + by, 0.0, last);
        showCursor(step);
        emit cursorHovered(step);
    };
    switch (event->key()) {
        case Qt::Key_Plus:
        case Qt::Key_Equal: return zoomAround(centre, wheelFactor, false);
        case Qt::Key_Minus:
        case Qt::Key_Underscore: return zoomAround(centre, 1 / wheelFactor, false);
        case Qt::Key_Up: return zoomAround(centre, wheelFactor, true);
        case Qt::Key_Down: return zoomAround(centre, 1 / wheelFactor, true);
        case Qt::Key_Left: return values ? moveCursor(-10) : moveCursor(-1);
        case Qt::Key_Right: return values ? moveCursor(10) : moveCursor(1);
        case Qt::Key_PageUp: return editSteps({stepRange().lower - shift, stepRange().upper - shift});
        case Qt::Key_PageDown: return editSteps({stepRange().lower + shift, stepRange().upper + shift});
        case Qt::Key_Escape:
            if (isFollowing()) break;
            return backToFollow();
        default: break;
    }
    QCustomPlot::keyPressEvent(event);
}

void PlotCanvas::focusInEvent(QFocusEvent* event) {
    QCustomPlot::focusInEvent(event);
    emit focusChanged();
}

void PlotCanvas::focusOutEvent(QFocusEvent* event) {
    QCustomPlot::focusOutEvent(event);
    emit focusChanged();
}

}  // namespace normscope::widgets
