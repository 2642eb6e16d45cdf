// Small pictures with captions, in rows.
#pragma once

#include "widgets/theme/CurveStyle.h"

#include <QImage>
#include <QString>
#include <QWidget>

#include <optional>
#include <vector>

namespace normscope::widgets {

class Theme;

/// A line under a picture.
struct PictureCaption {
    QString text;
    std::optional<Meaning> meaning;  ///< its colour, and a mark of its line style; none: plain text
};

struct PictureTile {
    QImage picture;
    std::vector<PictureCaption> captions;
    QString toolTip;
    bool outlined = false;  ///< stands out from the others
    bool marked = false;    ///< carries a small corner: changed
};

/// One tile is current, by click or with the arrow keys; Enter and Space activate it as a click does.
class PictureWall : public QWidget {
    Q_OBJECT

   public:
    explicit PictureWall(Theme& theme, QWidget* parent = nullptr);

    void setTiles(std::vector<PictureTile> tiles);
    const std::vector<PictureTile>& tiles() const { return m_tiles; }
    void setCurrent(int tile);
    int current() const { return m_current; }
    /// Side of a picture in pixels.
    void setPictureSide(int side);
    /// Text in place of tiles.
    void setEmptyText(const QString& text);
    QRect tileRect(int tile) const { return tileRect(tile, width()); }

    /// The same for a file: as many rows as the height has room for.
    void paintTiles(QPainter& painter, const QSize& size) const;

    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

   signals:
    void activated(int tile);
    /// By click or key.
    void currentChanged(int tile);

   protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

   private:
    int columns(int width) const;
    QSize tileSize() const;
    QRect tileRect(int tile, int width) const;
    std::optional<int> tileAt(const QPoint& at) const;
    void paintTile(QPainter& painter, const PictureTile& tile, const QRect& area) const;
    void choose(int tile);
    void describe();

    Theme& m_theme;
    std::vector<PictureTile> m_tiles;
    int m_current = -1;
    int m_side = 56;
    QString m_emptyText;
};

}  // namespace normscope::widgets
