#include "widgets/formula/ValueGridCard.h"

#include "widgets/formula/FormulaTerms.h"
#include "widgets/plots/CsvNumber.h"
#include "widgets/plots/QCustomPlotInclude.h"
#include "widgets/theme/Theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace normscope::widgets {
namespace {

constexpr double rowHeader = 34;
constexpr double columnHeader = 18;
constexpr double side = 10;

}  // namespace

ValueGrid::ValueGrid(Theme& theme, QWidget* parent) : QWidget(parent), m_theme(theme) {
    setFocusPolicy(Qt::StrongFocus);
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

void ValueGrid::setValues(int firstRow, int firstColumn, int columns, std::vector<double> values) {
    m_firstRow = firstRow;
    m_firstColumn = firstColumn;
    m_columns = columns;
    m_values = std::move(values);
    describe();
    update();
}

void ValueGrid::setChosen(int row, int column) {
    m_row = row;
    m_column = column;
    describe();
    update();
}

void ValueGrid::setEdited(std::vector<std::size_t> positions) {
    m_edited = std::move(positions);
    update();
}

void ValueGrid::describe() {
    const int row = m_row - m_firstRow, column = m_column - m_firstColumn;
    if (row < 0 || row >= rows() || column < 0 || column >= m_columns) return setAccessibleDescription({});
    setAccessibleDescription(tr("row %1, column %2: %3")
                                 .arg(m_row)
                                 .arg(m_column)
                                 .arg(shortDigits(m_values[std::size_t(row * m_columns + column)])));
}

QRectF ValueGrid::cellRect(int row, int column, const QSizeF& size) const {
    const double width = (size.width() - rowHeader - side) / std::max(1, m_columns);
    const double height = std::min(30.0, (size.height() - columnHeader - side) / std::max(1, rows()));
    return {rowHeader + (column - m_firstColumn) * width, columnHeader + (row - m_firstRow) * height, width, height};
}

void ValueGrid::paintCells(QPainter& painter, const QSizeF& size) const {
    if (m_values.empty()) return;
    const ThemeColors& colors = m_theme.colors();
    double largest = 0;
    for (const double value : m_values) {
        if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
    }
    painter.setFont(m_theme.font(TextRole::MonoTick));
    for (std::size_t i = 0; i < m_values.size(); ++i) {
        const int row = m_firstRow + int(i) / m_columns, column = m_firstColumn + int(i) % m_columns;
        const QRectF cell = cellRect(row, column, size);
        const double share = largest > 0 && std::isfinite(m_values[i]) ? std::abs(m_values[i]) / largest : 0;
        const bool edited = std::ranges::count(m_edited, i) > 0;
        const QColor fill = edited ? colors.warnBackground : mixed(colors.surface, colors.sunken, std::min(1.0, share));
        painter.setPen(QPen(colors.border, 1));
        painter.setBrush(fill);
        painter.drawRect(cell);
        painter.setPen(edited ? colors.warn : colors.text);
        painter.drawText(cell, Qt::AlignCenter, shortDigits(m_values[i]));
    }
    painter.setPen(colors.faint);
    for (int row = m_firstRow; row < m_firstRow + rows(); ++row) {
        const QRectF cell = cellRect(row, m_firstColumn, size);
        painter.drawText(QRectF(0, cell.top(), rowHeader - 6, cell.height()), Qt::AlignRight | Qt::AlignVCenter,
                         QString::number(row));
    }
    for (int column = m_firstColumn; column < m_firstColumn + m_columns; ++column) {
        const QRectF cell = cellRect(m_firstRow, column, size);
        painter.drawText(QRectF(cell.left(), 0, cell.width(), columnHeader), Qt::AlignCenter, QString::number(column));
    }
    painter.setPen(QPen(colors.accent, 2));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(cellRect(m_row, m_column, size));
}

void ValueGrid::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    paintCells(painter, size());
}

bool ValueGrid::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        for (std::size_t i = 0; i < m_values.size(); ++i) {
            const int row = m_firstRow + int(i) / m_columns, column = m_firstColumn + int(i) % m_columns;
            if (!cellRect(row, column).contains(help->pos())) continue;
            QToolTip::showText(help->globalPos(),
                               tr("row %1, column %2\n%3").arg(row).arg(column).arg(allDigits(m_values[i])), this);
            return true;
        }
    }
    return QWidget::event(event);
}

void ValueGrid::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return QWidget::mousePressEvent(event);
    for (int row = m_firstRow; row < m_firstRow + rows(); ++row) {
        for (int column = m_firstColumn; column < m_firstColumn + m_columns; ++column) {
            if (!cellRect(row, column).contains(event->position())) continue;
            emit cellChosen(row, column);  // after which the excerpt may be another
            return;
        }
    }
}

void ValueGrid::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
        case Qt::Key_Left: emit cellChosen(m_row, m_column - 1); return;
        case Qt::Key_Right: emit cellChosen(m_row, m_column + 1); return;
        case Qt::Key_Up: emit cellChosen(m_row - 1, m_column); return;
        case Qt::Key_Down: emit cellChosen(m_row + 1, m_column); return;
        default: QWidget::keyPressEvent(event);
    }
}

void ValueGrid::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    if (parentWidget()) parentWidget()->update();  // its border shows the focus
}

void ValueGrid::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    if (parentWidget()) parentWidget()->update();
}

ValueGridCard::ValueGridCard(Theme& theme, QWidget* parent)
    : PlotCard(theme, parent), m_grid(new ValueGrid(theme, this)) {
    setCanvas(m_grid);
}

QByteArray ValueGridCard::csv() {
    const auto& values = m_grid->values();
    if (values.empty()) throw std::runtime_error(tr("There is nothing to save yet.").toStdString());
    QByteArray text = "row,column,value\n";
    for (std::size_t i = 0; i < values.size(); ++i) {
        text += QByteArray::number(m_grid->firstRow() + int(i) / m_grid->columns()) + "," +
                QByteArray::number(m_grid->firstColumn() + int(i) % m_grid->columns()) + "," + csvNumber(values[i]) +
                "\n";
    }
    return text;
}

void ValueGridCard::paintCanvas(QCPPainter& painter, const QSize& size) {
    m_grid->paintCells(painter, size);
}

}  // namespace normscope::widgets
