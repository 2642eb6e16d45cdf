#include "widgets/pictures/PictureWall.h"

#include "widgets/theme/Theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace normscope::widgets {
namespace {

constexpr int lineHeight = 15;
constexpr int padding = 6;
constexpr int swatchWidth = 10;

}  // namespace

PictureWall::PictureWall(Theme& theme, QWidget* parent) : QWidget(parent), m_theme(theme) {
    setFocusPolicy(Qt::StrongFocus);
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

void PictureWall::setTiles(std::vector<PictureTile> tiles) {
    m_tiles = std::move(tiles);
    m_current = std::clamp(m_current, m_tiles.empty() ? -1 : 0, int(m_tiles.size()) - 1);
    describe();
    updateGeometry();
    update();
}

void PictureWall::setCurrent(int tile) {
    const int wanted = std::clamp(tile, m_tiles.empty() ? -1 : 0, int(m_tiles.size()) - 1);
    if (wanted == m_current) return;
    m_current = wanted;
    describe();
    update();
    emit currentChanged(m_current);
}

void PictureWall::setPictureSide(int side) {
    m_side = side;
    updateGeometry();
    update();
}

void PictureWall::setEmptyText(const QString& text) {
    m_emptyText = text;
    update();
}

void PictureWall::describe() {
    if (m_current < 0) return setAccessibleDescription(m_emptyText);
    QStringList lines{tr("%1 of %2").arg(m_current + 1).arg(m_tiles.size())};
    for (const PictureCaption& caption : m_tiles[std::size_t(m_current)].captions) lines << caption.text;
    setAccessibleDescription(lines.join(QStringLiteral(", ")));
}

QSize PictureWall::tileSize() const {
    std::size_t lines = 0;
    for (const PictureTile& tile : m_tiles) lines = std::max(lines, tile.captions.size());
    int width = m_side;
    const QFontMetrics metrics(m_theme.font(TextRole::Caption));
    for (const PictureTile& tile : m_tiles) {
        for (const PictureCaption& caption : tile.captions) {
            const int mark = caption.meaning ? swatchWidth + 4 : 0;
            width = std::max(width, std::min(metrics.horizontalAdvance(caption.text) + mark, 2 * m_side));
        }
    }
    return {width + 2 * padding, m_side + 2 * padding + int(lines) * lineHeight};
}

int PictureWall::columns(int width) const {
    return std::max(1, width / tileSize().width());
}

QRect PictureWall::tileRect(int tile, int width) const {
    const QSize size = tileSize();
    const int perRow = columns(width);
    return {QPoint(tile % perRow * size.width(), tile / perRow * size.height()), size};
}

int PictureWall::heightForWidth(int width) const {
    if (m_tiles.empty()) return m_side;
    const int perRow = columns(width);
    return (int(m_tiles.size()) + perRow - 1) / perRow * tileSize().height();
}

QSize PictureWall::sizeHint() const {
    const int wide = tileSize().width() * 4;
    return {wide, heightForWidth(std::max(width(), wide))};
}

QSize PictureWall::minimumSizeHint() const {
    return {tileSize().width(), tileSize().height()};
}

std::optional<int> PictureWall::tileAt(const QPoint& at) const {
    for (int tile = 0; tile < int(m_tiles.size()); ++tile) {
        if (tileRect(tile).contains(at)) return tile;
    }
    return std::nullopt;
}

void PictureWall::choose(int tile) {
    if (tile < 0 || tile >= int(m_tiles.size())) return;
    setCurrent(tile);
    emit activated(tile);
}

bool PictureWall::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        if (const auto tile = tileAt(help->pos())) {
            QToolTip::showText(help->globalPos(), m_tiles[std::size_t(*tile)].toolTip, this, tileRect(*tile));
            return true;
        }
    }
    return QWidget::event(event);
}

void PictureWall::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return QWidget::mousePressEvent(event);
    if (const auto tile = tileAt(event->pos())) choose(*tile);
}

void PictureWall::keyPressEvent(QKeyEvent* event) {
    const int perRow = columns(width());
    switch (event->key()) {
        case Qt::Key_Left: return setCurrent(m_current - 1);
        case Qt::Key_Right: return setCurrent(m_current + 1);
        case Qt::Key_Up:
            if (m_current >= perRow) setCurrent(m_current - perRow);
            return;
        case Qt::Key_Down:
            if (m_current + perRow < int(m_tiles.size())) setCurrent(m_current + perRow);
            return;
        case Qt::Key_Home: return setCurrent(0);
        case Qt::Key_End: return setCurrent(int(m_tiles.size()) - 1);
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Space: return choose(m_current);
        default: QWidget::keyPressEvent(event);
    }
}

void PictureWall::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    update();
}

void PictureWall::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    update();
}

void PictureWall::paintTile(QPainter& painter, const PictureTile& tile, const QRect& area) const {
    const ThemeColors& colors = m_theme.colors();
    const QRect picture(area.left() + (area.width() - m_side) / 2, area.top() + padding, m_side, m_side);
    if (tile.outlined) {
        painter.setPen(QPen(colors.accent, 2));
        painter.setBrush(colors.accentBackground);
        painter.drawRoundedRect(QRectF(area).adjusted(1, 1, -1, -1), 6, 6);
    }
    if (!tile.picture.isNull()) {
        painter.setRenderHint(QPainter::SmoothPixmapTransform, tile.picture.width() > m_side);
        painter.drawImage(picture, tile.picture);
    }
    painter.setPen(QPen(colors.border, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(QRectF(picture).adjusted(-0.5, -0.5, 0.5, 0.5));
    if (tile.marked) {
        const QPointF corner = picture.topRight() + QPointF(1, 0);
        painter.setPen(Qt::NoPen);
        painter.setBrush(colors.warn);
        painter.drawPolygon(QPolygonF{{corner, corner - QPointF(14, 0), corner + QPointF(0, 14)}});
    }
    painter.setFont(m_theme.font(TextRole::Caption));
    const QFontMetrics metrics(painter.font(), painter.device());
    int y = picture.bottom() + 3;
    for (const PictureCaption& caption : tile.captions) {
        const int mark = caption.meaning ? swatchWidth + 4 : 0;
        const int room = area.width() - 4 - mark;
        const QString text = metrics.elidedText(caption.text, Qt::ElideRight, room);
        const int x = area.left() + (area.width() - metrics.horizontalAdvance(text) - mark) / 2;
        if (caption.meaning) {
            painter.setPen(m_theme.curveStyle(*caption.meaning).swatchPen());
            painter.drawLine(x, y + lineHeight / 2, x + swatchWidth, y + lineHeight / 2);
        }
        painter.setPen(caption.meaning ? colors.text : colors.muted);
        painter.drawText(QRect(x + mark, y, room, lineHeight), Qt::AlignLeft | Qt::AlignVCenter, text);
        y += lineHeight;
    }
}

void PictureWall::paintTiles(QPainter& painter, const QSize& size) const {
    for (int i = 0; i < int(m_tiles.size()); ++i) {
        const QRect area = tileRect(i, size.width());
        if (area.bottom() >= size.height() && area.top() > 0) break;
        paintTile(painter, m_tiles[std::size_t(i)], area);
    }
}

void PictureWall::paintEvent(QPaintEvent* event) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (m_tiles.empty()) {
        painter.setFont(m_theme.font(TextRole::Body));
        painter.setPen(m_theme.colors().muted);
        painter.drawText(rect(), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
        return;
    }
    for (int i = 0; i < int(m_tiles.size()); ++i) {
        const QRect area = tileRect(i);
        if (!area.intersects(event->rect())) continue;
        paintTile(painter, m_tiles[std::size_t(i)], area);
        if (i == m_current && hasFocus()) {
            painter.setPen(QPen(m_theme.colors().accent, 1, Qt::DotLine));
            painter.setBrush(Qt::NoBrush);
            painter.drawRoundedRect(QRectF(area).adjusted(2.5, 2.5, -2.5, -2.5), 5, 5);
        }
    }
}

}  // namespace normscope::widgets
