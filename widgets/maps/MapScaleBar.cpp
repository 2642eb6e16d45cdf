#include "widgets/maps/MapScaleBar.h"

#include "widgets/plots/ValueText.h"
#include "widgets/theme/Theme.h"

#include <QLinearGradient>
#include <QPainter>

#include <algorithm>

namespace normscope::widgets {

MapScaleBar::MapScaleBar(const Theme& theme, const FeatureMapContent& content, const MapSheet& sheet, QWidget* parent)
    : QWidget(parent), m_theme(theme), m_content(content), m_sheet(sheet) {
    setFixedHeight(barHeight);
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

void MapScaleBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    paintScales(painter, width());
}

void MapScaleBar::paintScales(QPainter& painter, int width) const {
    const int count = int(m_content.stages.size());
    for (int i = 0; i < count; ++i) {
        const bool table = m_content.arrangement == MapArrangement::Table;
        const int box = table ? width / count : width;
        paintStage(painter, m_content.stages[std::size_t(i)], QRect(i * box, 0, std::min(box - 8, 420), barHeight));
        if (!table) break;
    }
}

void MapScaleBar::paintStage(QPainter& painter, const FeatureMapContent::Stage& stage, const QRect& area) const {
    const ThemeColors& colors = m_theme.colors();
    painter.setFont(m_theme.font(TextRole::Small));
    painter.setPen(colors.text);
    painter.drawText(QRect(area.left(), area.top(), area.width(), 16), Qt::AlignLeft | Qt::AlignVCenter, stage.title);
    painter.setFont(m_theme.font(TextRole::MonoTick));
    painter.setPen(colors.muted);
    if (!stage.scale) {
        painter.drawText(QRect(area.left(), area.top() + 18, area.width(), 14), Qt::AlignLeft | Qt::AlignVCenter,
                         tr("each map has a scale of its own"));
        return;
    }
    const QString least = shortText(stage.scale->lower), greatest = shortText(stage.scale->upper);
    const QFontMetrics metrics(painter.font(), painter.device());
    const int left = area.left() + metrics.horizontalAdvance(least) + 6;
    const int right = area.right() - metrics.horizontalAdvance(greatest) - 6;
    const QRect bar(left, area.top() + 20, std::max(10, right - left), 10);
    QLinearGradient gradient(bar.topLeft(), bar.topRight());
    const auto stops = colorStops(stage.scale->kind, m_theme.scheme());
    for (std::size_t i = 0; i < stops.size(); ++i) gradient.setColorAt(double(i) / double(stops.size() - 1), stops[i]);
    painter.fillRect(bar, gradient);
    painter.drawText(QRect(area.left(), bar.top() - 2, left - area.left(), 14), Qt::AlignLeft | Qt::AlignVCenter,
                     least);
    painter.drawText(QRect(right, bar.top() - 2, area.right() - right, 14), Qt::AlignRight | Qt::AlignVCenter,
                     greatest);
    if (stage.scale->kind != ColorMapKind::Diverging) return;
    painter.drawText(QRect(bar.center().x() - 20, bar.bottom() + 1, 40, 11), Qt::AlignHCenter | Qt::AlignVCenter,
                     QStringLiteral("0"));
}

}  // namespace normscope::widgets
