#include "widgets/maps/MapSheet.h"

#include "widgets/theme/Theme.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <utility>

namespace normscope::widgets {
namespace {

constexpr int gap = 8;
constexpr int lineHeight = 15;  // of title and detail together
constexpr int smallestMap = 56;
constexpr int smallestInTable = 96;
constexpr int largestMap = 420;

}  // namespace

MapSheet::MapSheet(Theme& theme, QWidget* parent) : QWidget(parent), m_theme(theme) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    connect(&theme, &Theme::changed, this, [this] {
        makeImages();
        update();
    });
}

void MapSheet::setCells(std::vector<MapCell> cells, MapArrangement arrangement, int columns) {
    m_cells = std::move(cells);
    m_arrangement = arrangement;
    m_tableColumns = std::max(1, columns);
    makeImages();
    if (m_room.isValid()) fit(m_room);
    update();
    if (!m_current) return;
    // The values under the pointer are others now.
    const bool gone = m_current->cell >= int(m_cells.size()) ||
                      m_current->row >= m_cells[std::size_t(m_current->cell)].height ||
                      m_current->column >= m_cells[std::size_t(m_current->cell)].width;
    const auto at = gone ? std::nullopt : m_current;
    m_current.reset();
    point(at);
    if (gone) emit pointedNowhere();
}

void MapSheet::makeImages() {
    m_images.clear();
    for (const MapCell& cell : m_cells) {
        m_images.push_back(
            mapImage(cell.values, cell.width, cell.height, cell.scale, m_theme.scheme(), m_theme.colors().warn));
    }
}

MapSheet::Layout MapSheet::layoutOf(int columns, int box, int mapWidth) const {
    const MapCell& first = m_cells.front();
    Layout layout{.columns = columns, .box = box, .mapWidth = mapWidth};
    layout.mapHeight = std::max(1, mapWidth * first.height / std::max(1, first.width));
    const int rows = (int(m_cells.size()) + columns - 1) / columns;
    layout.width = columns * box;
    layout.height = rows * (layout.mapHeight + lineHeight + gap);
    return layout;
}

MapSheet::Layout MapSheet::layoutFor(const QSize& room, int smallest) const {
    if (m_cells.empty()) return {};
    if (m_arrangement == MapArrangement::Table) {
        const int box = std::max(smallest + gap, room.width() / m_tableColumns);
        for (int side = std::min(largestMap, box - gap); side > smallest; --side) {
            const Layout layout = layoutOf(m_tableColumns, box, side);
            if (layout.height <= room.height()) return layout;
        }
        return layoutOf(m_tableColumns, box, std::min(smallest, box - gap));
    }
    const int count = int(m_cells.size());
    for (int columns = 1; columns <= count; ++columns) {
        const int box = std::min(room.width() / columns, largestMap + gap);
        if (box < smallest + gap) break;
        // Narrower than the column where the height decides.
        const int rows = (count + columns - 1) / columns;
        const int height = room.height() / rows - lineHeight - gap;
        const int byHeight = height * m_cells.front().width / std::max(1, m_cells.front().height);
        const int next = room.width() / (columns + 1);
        if (byHeight + gap >= box) return layoutOf(columns, box, box - gap);
        if (byHeight >= smallest && byHeight + gap > next) return layoutOf(columns, byHeight + gap, byHeight);
    }
    const int columns = std::max(1, room.width() / (smallest + gap));
    const int box = room.width() / columns;
    return layoutOf(columns, box, std::max(1, box - gap));
}

void MapSheet::fit(const QSize& room) {
    m_room = room;
    m_layout = layoutFor(room, m_arrangement == MapArrangement::Table ? smallestInTable : smallestMap);
    setFixedSize(std::max(room.width(), m_layout.width), std::max(1, m_layout.height));
    update();
}

QRect MapSheet::mapRect(int cell, const Layout& layout) const {
    const int column = cell % layout.columns, row = cell / layout.columns;
    return {column * layout.box, row * (layout.mapHeight + lineHeight + gap), layout.mapWidth, layout.mapHeight};
}

QRect MapSheet::columnRect(int column) const {
    const QRect map = mapRect(column);
    return {map.left(), 0, map.width(), height()};
}

void MapSheet::paintCell(QPainter& painter, int cell, const Layout& layout, bool withDetails) const {
    const ThemeColors& colors = m_theme.colors();
    const MapCell& map = m_cells[std::size_t(cell)];
    const QRect area = mapRect(cell, layout);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    painter.drawImage(area, m_images[std::size_t(cell)]);
    painter.setBrush(Qt::NoBrush);
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(QPen(map.selected ? colors.accent : colors.border, map.selected ? 2 : 1));
    painter.drawRect(area.adjusted(0, 0, -1, -1));
    const QRect line(area.left(), area.bottom() + 1, std::max(area.width(), layout.box - gap), lineHeight);
    painter.setFont(m_theme.font(TextRole::MonoTick));
    painter.setPen(map.selected ? colors.accent : colors.muted);
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, map.title);
    const QFontMetrics metrics(painter.font(), painter.device());
    const int left = line.width() - metrics.horizontalAdvance(map.title) - 6;
    if (!withDetails || metrics.horizontalAdvance(map.detail) > left) return;
    painter.setPen(colors.muted);
    painter.drawText(QRect(line.left(), line.top(), area.width(), line.height()), Qt::AlignRight | Qt::AlignVCenter,
                     map.detail);
}

void MapSheet::paintAll(QPainter& painter, const QSize& room) const {
    const Layout layout = layoutFor(room, 8);
    for (int cell = 0; cell < int(m_cells.size()); ++cell) paintCell(painter, cell, layout, true);
}

void MapSheet::paintEvent(QPaintEvent* event) {
    QPainter painter(this);
    for (int cell = 0; cell < int(m_cells.size()); ++cell) {
        const QRect area = mapRect(cell).adjusted(-2, -2, gap, lineHeight + 2);
        if (area.intersects(event->rect())) paintCell(painter, cell, m_layout, true);
    }
    paintPoint(painter);
}

void MapSheet::paintPoint(QPainter& painter) const {
    if (!m_current) return;
    const int channel = m_cells[std::size_t(m_current->cell)].channel;
    for (int i = 0; i < int(m_cells.size()); ++i) {
        const MapCell& cell = m_cells[std::size_t(i)];
        if (cell.channel != channel) continue;  // the same place at all stages
        const QRectF map(mapRect(i));
        const double w = map.width() / cell.width, h = map.height() / cell.height;
        const QRectF pixel(map.left() + m_current->column * w, map.top() + m_current->row * h, w, h);
        const double air = std::max(0.0, (6 - std::min(w, h)) / 2);
        // Dark and light, so that it shows on every colour.
        painter.setPen(QPen(Qt::black, 3));
        painter.drawRect(pixel.adjusted(-air, -air, air, air));
        painter.setPen(QPen(Qt::white, i == m_current->cell ? 1.6 : 1));
        painter.drawRect(pixel.adjusted(-air, -air, air, air));
    }
}

std::optional<MapPoint> MapSheet::pointAt(const QPoint& at) const {
    for (int i = 0; i < int(m_cells.size()); ++i) {
        const QRect map = mapRect(i);
        if (!map.contains(at)) continue;
        const MapCell& cell = m_cells[std::size_t(i)];
        return MapPoint{i, std::min((at.y() - map.top()) * cell.height / map.height(), cell.height - 1),
                        std::min((at.x() - map.left()) * cell.width / map.width(), cell.width - 1)};
    }
    return std::nullopt;
}

void MapSheet::point(const std::optional<MapPoint>& at) {
    if (at == m_current) return;
    m_current = at;
    update();
    if (!at) {
        emit pointedNowhere();
        return;
    }
    emit pointed(*at);
}

void MapSheet::mouseMoveEvent(QMouseEvent* event) {
    point(pointAt(event->position().toPoint()));
}

void MapSheet::mousePressEvent(QMouseEvent* event) {
    const auto at = pointAt(event->position().toPoint());
    point(at);
    if (at && event->button() == Qt::LeftButton) emit activated(at->cell);
}

void MapSheet::leaveEvent(QEvent*) {
    if (!hasFocus()) point(std::nullopt);
}

void MapSheet::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    const bool byKey = event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason;
    if (byKey && !m_current && !m_cells.empty()) point(MapPoint{0, m_cells[0].height / 2, m_cells[0].width / 2});
}

void MapSheet::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    if (event->reason() != Qt::PopupFocusReason) point(std::nullopt);
}

void MapSheet::keyPressEvent(QKeyEvent* event) {
    if (m_cells.empty()) return QWidget::keyPressEvent(event);
    MapPoint at = m_current.value_or(MapPoint{0, m_cells[0].height / 2, m_cells[0].width / 2});
    const bool maps = event->modifiers().testFlag(Qt::ControlModifier);
    const auto last = int(m_cells.size()) - 1;
    switch (event->key()) {
        case Qt::Key_Left: maps ? at.cell = std::max(0, at.cell - 1) : at.column = std::max(0, at.column - 1); break;
        case Qt::Key_Right:
            maps ? at.cell = std::min(last, at.cell + 1)
                 : at.column = std::min(m_cells[std::size_t(at.cell)].width - 1, at.column + 1);
            break;
        case Qt::Key_Up:
            maps ? at.cell = at.cell >= m_layout.columns ? at.cell - m_layout.columns : at.cell
                 : at.row = std::max(0, at.row - 1);
            break;
        case Qt::Key_Down:
            maps ? at.cell = at.cell + m_layout.columns <= last ? at.cell + m_layout.columns : at.cell
                 : at.row = std::min(m_cells[std::size_t(at.cell)].height - 1, at.row + 1);
            break;
        case Qt::Key_Return:
        case Qt::Key_Enter: emit activated(at.cell); break;
        default: return QWidget::keyPressEvent(event);
    }
    point(at);
}

}  // namespace normscope::widgets
