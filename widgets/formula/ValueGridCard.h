// A small excerpt of a feature map as numbers.
#pragma once

#include "widgets/plots/PlotCard.h"

#include <vector>

namespace normscope::widgets {

/// A few rows and columns of values, tinted by size, around a chosen one.
class ValueGrid : public QWidget {
    Q_OBJECT

   public:
    explicit ValueGrid(Theme& theme, QWidget* parent = nullptr);

    /// `values` are row after row, the first at (firstRow, firstColumn) of the map.
    void setValues(int firstRow, int firstColumn, int columns, std::vector<double> values);
    void setChosen(int row, int column);
    /// Values that the user set, as positions in `values`.
    void setEdited(std::vector<std::size_t> positions);
    int rows() const { return m_columns > 0 ? int(m_values.size()) / m_columns : 0; }
    int columns() const { return m_columns; }
    int firstRow() const { return m_firstRow; }
    int firstColumn() const { return m_firstColumn; }
    const std::vector<double>& values() const { return m_values; }
    /// In coordinates of the map.
    QRectF cellRect(int row, int column) const { return cellRect(row, column, size()); }
    void paintCells(QPainter& painter, const QSizeF& size) const;

   signals:
    /// The user chose a cell, by click or arrow keys; in coordinates of the map, which may lie outside the excerpt.
    void cellChosen(int row, int column);

   protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

   private:
    QRectF cellRect(int row, int column, const QSizeF& size) const;
    void describe();

    Theme& m_theme;
    int m_firstRow = 0;
    int m_firstColumn = 0;
    int m_columns = 0;
    int m_row = 0;
    int m_column = 0;
    std::vector<double> m_values;
    std::vector<std::size_t> m_edited;
};

class ValueGridCard : public PlotCard {
    Q_OBJECT

   public:
    explicit ValueGridCard(Theme& theme, QWidget* parent = nullptr);

    ValueGrid* grid() const { return m_grid; }
    QByteArray csv() override;

   protected:
    void paintCanvas(QCPPainter& painter, const QSize& size) override;

   private:
    ValueGrid* m_grid;
};

}  // namespace normscope::widgets
