// Maps beside each other, with a pixel that can be pointed at.
#pragma once

#include "widgets/maps/MapPicture.h"

#include <QImage>
#include <QStringList>
#include <QWidget>

#include <optional>
#include <vector>

namespace normscope::widgets {

class Theme;

/// One map.
struct MapCell {
    QString title;
    QString detail;  ///< under it, quieter; e.g. its scale
    QString name;    ///< for screen readers
    int channel = 0;
    int stage = 0;
    int width = 1;
    int height = 1;
    std::vector<float> values;  ///< height rows of width
    MapScale scale;
    bool selected = false;
};

/// Which value.
struct MapPoint {
    int cell = 0;
    int row = 0;
    int column = 0;
    friend bool operator==(const MapPoint&, const MapPoint&) = default;
};

enum class MapArrangement {
    Flow,   ///< as large as fits, row after row
    Table,  ///< a fixed number of columns across the whole width
};

/// The mouse or the arrow keys move over the values of a map (Ctrl: from map to map); Enter, Space or a click
/// activate the map.
class MapSheet : public QWidget {
    Q_OBJECT

   public:
    explicit MapSheet(Theme& theme, QWidget* parent = nullptr);

    /// Maps of one size. `columns` of a Table.
    void setCells(std::vector<MapCell> cells, MapArrangement arrangement, int columns);
    const std::vector<MapCell>& cells() const { return m_cells; }
    std::optional<MapPoint> current() const { return m_current; }
    /// Makes the maps as large as this room allows, or taller than it if they would be too small.
    void fit(const QSize& room);
    /// Where the values of a map are drawn.
    QRect mapRect(int cell) const { return mapRect(cell, m_layout); }
    /// Left edge and width of a column of a table.
    QRect columnRect(int column) const;
    /// All of it, made to fit.
    void paintAll(QPainter& painter, const QSize& room) const;

    QSize sizeHint() const override { return {m_layout.width, m_layout.height}; }

   signals:
    void pointed(const normscope::widgets::MapPoint& at);
    void pointedNowhere();
    void activated(int cell);

   protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

   private:
    struct Layout {
        int columns = 1;
        int box = 1;  ///< width of a column
        int mapWidth = 1;
        int mapHeight = 1;
        int width = 1;
        int height = 1;
    };

    Layout layoutFor(const QSize& room, int smallest) const;
    Layout layoutOf(int columns, int box, int mapWidth) const;
    QRect mapRect(int cell, const Layout& layout) const;
    void paintCell(QPainter& painter, int cell, const Layout& layout, bool withDetails) const;
    void paintPoint(QPainter& painter) const;
    std::optional<MapPoint> pointAt(const QPoint& at) const;
    void point(const std::optional<MapPoint>& at);
    void makeImages();

    Theme& m_theme;
    std::vector<MapCell> m_cells;
    std::vector<QImage> m_images;
    MapArrangement m_arrangement = MapArrangement::Flow;
    int m_tableColumns = 1;
    QSize m_room;
    Layout m_layout;
    std::optional<MapPoint> m_current;
};

}  // namespace normscope::widgets
