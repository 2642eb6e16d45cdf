#include "widgets/channels/ChannelGrid.h"

#include "widgets/theme/Theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace normscope::widgets {

ChannelGrid::ChannelGrid(Theme& theme, QWidget* parent) : QWidget(parent), m_theme(theme) {
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

void ChannelGrid::setCount(int channels) {
    m_count = std::max(channels, 0);
    m_anchor = m_cursor = 0;
    std::erase_if(m_selected, [this](int channel) { return channel >= m_count; });
    describe();
    updateGeometry();
    update();
}

void ChannelGrid::setMaximumSelected(int most) {
    m_most = std::max(most, 1);
    if (int(m_selected.size()) > m_most) m_selected.erase(m_selected.begin(), m_selected.end() - m_most);
    update();
}

void ChannelGrid::setSelection(const std::vector<ChannelIndex>& channels) {
    m_selected.clear();
    for (const ChannelIndex channel : channels) {
        const bool known = channel.value >= 0 && channel.value < m_count;
        if (known && !isSelected(int(channel.value))) m_selected.push_back(int(channel.value));
    }
    if (int(m_selected.size()) > m_most) m_selected.resize(std::size_t(m_most));
    if (!m_selected.empty()) m_anchor = m_cursor = m_selected.back();
    describe();
    update();
}

std::vector<ChannelIndex> ChannelGrid::selection() const {
    std::vector<ChannelIndex> result;
    for (const int channel : m_selected) result.push_back({channel});
    return result;
}

int ChannelGrid::columns() const {
    return std::max(1, (width() - 2) / pitch);
}

QRect ChannelGrid::squareRect(int channel) const {
    const int perRow = columns();
    return {2 + channel % perRow * pitch, 2 + channel / perRow * pitch, side, side};
}

std::optional<int> ChannelGrid::channelAt(const QPoint& at) const {
    const int column = (at.x() - 1) / pitch;
    const int row = (at.y() - 1) / pitch;
    if (at.x() < 1 || at.y() < 1 || column >= columns()) return std::nullopt;
    const int channel = row * columns() + column;
    return channel < m_count ? std::optional(channel) : std::nullopt;
}

int ChannelGrid::heightForWidth(int width) const {
    const int perRow = std::max(1, (width - 2) / pitch);
    return std::max(1, (m_count + perRow - 1) / perRow) * pitch + 2;
}

QSize ChannelGrid::sizeHint() const {
    return {std::min(m_count, 32) * pitch + 4, heightForWidth(width())};
}

bool ChannelGrid::isSelected(int channel) const {
    return std::find(m_selected.begin(), m_selected.end(), channel) != m_selected.end();
}

void ChannelGrid::selectOnly(int channel) {
    m_anchor = channel;
    replace({channel});
}

void ChannelGrid::toggle(int channel) {
    m_anchor = channel;
    std::vector<int> next = m_selected;
    if (isSelected(channel)) {
        if (next.size() > 1) std::erase(next, channel);  // something stays selected
    } else {
        next.push_back(channel);
        if (int(next.size()) > m_most) next.erase(next.begin());
    }
    replace(std::move(next));
}

void ChannelGrid::selectRange(int from, int to) {
    // Nearest to where the user is: a longer range keeps its moving end.
    std::vector<int> next;
    const int by = to >= from ? 1 : -1;
    const int first = std::abs(to - from) + 1 > m_most ? to - by * (m_most - 1) : from;
    for (int channel = first;; channel += by) {
        next.push_back(channel);
        if (channel == to) break;
    }
    replace(std::move(next));
}

void ChannelGrid::replace(std::vector<int> channels) {
    update();
    if (channels == m_selected) return;
    m_selected = std::move(channels);
    describe();
    emit selectionChanged(selection());
}

void ChannelGrid::describe() {
    QStringList numbers;
    for (const int channel : m_selected) numbers << QString::number(channel);
    setAccessibleDescription(tr("%1 channels").arg(m_count) + QStringLiteral(", ") +
                             tr("selected: %1").arg(numbers.join(QStringLiteral(", "))));
}

bool ChannelGrid::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        if (const auto channel = channelAt(help->pos())) {
            QToolTip::showText(
                help->globalPos(),
                tr("Channel %1\nCtrl+click adds, Shift+click selects a range, at most %2").arg(*channel).arg(m_most),
                this, squareRect(*channel));
        } else {
            QToolTip::hideText();
        }
        return true;
    }
    return QWidget::event(event);
}

void ChannelGrid::paintEvent(QPaintEvent* event) {
    const ThemeColors& c = m_theme.colors();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QFont font = m_theme.font(TextRole::Caption);
    font.setWeight(QFont::Bold);
    const qreal points = font.pointSizeF();
    for (int channel = 0; channel < m_count; ++channel) {
        const QRect square = squareRect(channel);
        if (!square.intersects(event->rect().adjusted(-2, -2, 2, 2))) continue;
        const bool on = isSelected(channel);
        const bool focused = hasFocus() && channel == m_cursor;
        painter.setPen(QPen(on ? c.accent : c.border, 1));
        painter.setBrush(on ? c.accent : c.sunken);
        painter.drawRoundedRect(QRectF(square).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
        if (focused) {
            painter.setPen(QPen(on ? c.text : c.accent, 1.5));
            painter.setBrush(Qt::NoBrush);
            painter.drawRoundedRect(QRectF(square).adjusted(-1, -1, 1, 1), 5, 5);
        }
        if (on) {
            font.setPointSizeF(points * (channel < 100 ? 0.9 : 0.68));
            painter.setFont(font);
            painter.setPen(c.accentText);
            painter.drawText(square, Qt::AlignCenter, QString::number(channel));
        }
    }
}

void ChannelGrid::mousePressEvent(QMouseEvent* event) {
    const auto channel = channelAt(event->position().toPoint());
    if (event->button() != Qt::LeftButton || !channel) return;
    m_cursor = *channel;
    if (event->modifiers().testFlag(Qt::ControlModifier)) {
        toggle(*channel);
    } else if (event->modifiers().testFlag(Qt::ShiftModifier)) {
        selectRange(m_anchor, *channel);
    } else {
        selectOnly(*channel);
    }
}

void ChannelGrid::mouseMoveEvent(QMouseEvent* event) {
    const auto channel = channelAt(event->position().toPoint());
    if ((event->buttons() & Qt::LeftButton) == 0 || !channel || *channel == m_cursor) return;
    m_cursor = *channel;
    selectRange(m_anchor, *channel);
}

void ChannelGrid::keyPressEvent(QKeyEvent* event) {
    if (m_count == 0) return QWidget::keyPressEvent(event);
    int next = m_cursor;
    switch (event->key()) {
        case Qt::Key_Left: --next; break;
        case Qt::Key_Right: ++next; break;
        case Qt::Key_Up: next -= columns(); break;
        case Qt::Key_Down: next += columns(); break;
        case Qt::Key_Home: next = 0; break;
        case Qt::Key_End: next = m_count - 1; break;
        case Qt::Key_Space: return toggle(m_cursor);
        default: return QWidget::keyPressEvent(event);
    }
    if (next < 0 || next >= m_count) return;
    m_cursor = next;
    emit cursorMoved(squareRect(next));
    update();
    if (event->modifiers().testFlag(Qt::ControlModifier)) return;
    if (event->modifiers().testFlag(Qt::ShiftModifier)) return selectRange(m_anchor, next);
    selectOnly(next);
}

}  // namespace normscope::widgets
