#include "widgets/controls/LogSlider.h"

#include "widgets/controls/SliderAccessible.h"
#include "widgets/controls/TrackPainter.h"
#include "widgets/theme/Theme.h"

#include <QAccessible>
#include <QKeyEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <utility>

namespace normscope::widgets {

LogSlider::LogSlider(Theme& theme, QWidget* parent) : QWidget(parent), m_theme(theme) {
    SliderAccessible::installFactory();
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setCursor(Qt::PointingHandCursor);
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

void LogSlider::setRange(double minimum, double maximum, telemetry::Scale scale) {
    m_minimum = minimum;
    m_maximum = maximum;
    m_scale = scale;
    update();
}

void LogSlider::setInteger(bool integer) {
    m_integer = integer;
}

void LogSlider::setColorRole(QColor ThemeColors::*role) {
    m_role = role;
    update();
}

void LogSlider::setValueText(std::function<QString(double)> text) {
    m_valueText = std::move(text);
}

QString LogSlider::valueText() const {
    return m_valueText ? m_valueText(m_value) : QString::number(m_value, 'g', 6);
}

void LogSlider::setValue(double value) {
    if (value == m_value) return;
    m_value = value;
    update();
    if (QAccessible::isActive()) {
        QAccessibleValueChangeEvent event(this, m_value);
        QAccessible::updateAccessibility(&event);
    }
}

void LogSlider::editValue(double value) {
    const double next = std::clamp(rounded(value), m_minimum, m_maximum);
    if (next == m_value) return;
    setValue(next);
    emit valueEdited(next);
}

QRectF LogSlider::trackArea() const {
    return QRectF(rect()).adjusted(9, 0, -9, 0);
}

double LogSlider::positionOf(double value) const {
    if (std::isnan(value)) return 0;  // unset: the handle waits at the left end
    const double inside = std::clamp(value, m_minimum, m_maximum);
    if (m_scale == telemetry::Scale::logarithmic) return std::log(inside / m_minimum) / std::log(m_maximum / m_minimum);
    return (inside - m_minimum) / (m_maximum - m_minimum);
}

double LogSlider::valueAt(double position) const {
    if (m_scale == telemetry::Scale::logarithmic) return m_minimum * std::pow(m_maximum / m_minimum, position);
    return m_minimum + (m_maximum - m_minimum) * position;
}

double LogSlider::rounded(double value) const {
    if (m_integer) return std::round(value);
    if (value == 0) return 0;
    const double magnitude = m_scale == telemetry::Scale::logarithmic ? std::abs(value) : (m_maximum - m_minimum) / 10;
    const int digits = int(std::floor(std::log10(magnitude))) - 1;
    // Through text, so that 0.02 is the double closest to 0.02.
    if (digits < 0) return QString::number(value, 'f', -digits).toDouble();
    const double unit = std::pow(10.0, digits);
    return std::round(value / unit) * unit;
}

void LogSlider::editPosition(double position) {
    editValue(valueAt(std::clamp(position, 0.0, 1.0)));
}

void LogSlider::moveBy(double share) {
    const double before = m_value;
    const double position = positionOf(m_value);
    editPosition(position + share);
    // A step smaller than the rounding must still move.
    for (double wider = 2; m_value == before && wider <= 64; wider *= 2) editPosition(position + share * wider);
}

void LogSlider::paintEvent(QPaintEvent*) {
    const ThemeColors& colors = m_theme.colors();
    QPainter painter(this);
    paintTrack(painter, trackArea(), positionOf(m_value),
               {.rail = colors.border,
                .filled = isEnabled() ? colors.*m_role : colors.faint,
                .handle = colors.surface,
                .focusRing = hasFocus(),
                .overhang = 7});
}

void LogSlider::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    editPosition((event->position().x() - trackArea().left()) / trackArea().width());
}

void LogSlider::mouseMoveEvent(QMouseEvent* event) {
    if ((event->buttons() & Qt::LeftButton) == 0) return;
    editPosition((event->position().x() - trackArea().left()) / trackArea().width());
}

void LogSlider::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
        case Qt::Key_Left:
        case Qt::Key_Down: return moveBy(-0.01);
        case Qt::Key_Right:
        case Qt::Key_Up: return moveBy(0.01);
        case Qt::Key_PageDown: return moveBy(-0.1);
        case Qt::Key_PageUp: return moveBy(0.1);
        case Qt::Key_Home: return editValue(m_minimum);
        case Qt::Key_End: return editValue(m_maximum);
        default: QWidget::keyPressEvent(event);
    }
}

void LogSlider::wheelEvent(QWheelEvent* event) {
    // Without focus the wheel belongs to the panel that scrolls.
    if (!hasFocus() || event->angleDelta().y() == 0) return event->ignore();
    moveBy(event->angleDelta().y() > 0 ? 0.01 : -0.01);
    event->accept();
}

}  // namespace normscope::widgets
