#include "widgets/plots/ReadoutBox.h"

#include "widgets/theme/Theme.h"

#include <algorithm>

namespace normscope::widgets {

ReadoutBox::ReadoutBox(const Theme& theme, QPaintDevice* device, const QString& title,
                       const std::vector<ReadoutRow>& rows)
    : m_theme(theme),
      m_title(title),
      m_rows(rows),
      m_nameFont(theme.font(TextRole::Caption)),
      m_valueFont(theme.font(TextRole::MonoTick)),
      m_lineHeight(theme.scaled(14)) {
    const QFontMetricsF names(m_nameFont, device);
    const QFontMetricsF values(m_valueFont, device);
    double nameWidth = 0;
    double valueWidth = 0;
    for (const ReadoutRow& row : rows) {
        nameWidth = std::max(nameWidth, names.horizontalAdvance(row.name));
        valueWidth = std::max(valueWidth, values.horizontalAdvance(row.value));
    }
    m_inner = std::max(12 + nameWidth + 10 + valueWidth, values.horizontalAdvance(title));
    m_size = QSizeF(m_inner + 16, m_lineHeight * double(rows.size() + 1) + 10);
}

void ReadoutBox::paint(QCPPainter* painter, const QPointF& topLeft, double swatch) const {
    const ThemeColors& colors = m_theme.colors();
    const QRectF box(topLeft, m_size);
    painter->setAntialiasing(true);
    painter->setPen(QPen(colors.border, 1));
    painter->setBrush(colors.surface);
    painter->drawRoundedRect(box, 6, 6);

    QRectF line(box.left() + 8, box.top() + 5, m_inner, m_lineHeight);
    painter->setFont(m_valueFont);
    painter->setPen(colors.muted);
    painter->drawText(line, Qt::AlignLeft | Qt::AlignVCenter, m_title);
    for (const ReadoutRow& row : m_rows) {
        line.translate(0, m_lineHeight);
        if (row.color.isValid()) {
            painter->fillRect(QRectF(line.left(), line.center().y() - swatch / 2, 8, swatch), row.color);
        }
        painter->setFont(m_nameFont);
        painter->setPen(colors.muted);
        painter->drawText(line.adjusted(12, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, row.name);
        painter->setFont(m_valueFont);
        painter->setPen(colors.text);
        painter->drawText(line, Qt::AlignRight | Qt::AlignVCenter, row.value);
    }
}

}  // namespace normscope::widgets
