#include "app/palette/CommandDelegate.h"

#include <QPainter>

#include <algorithm>

namespace normscope::app {

using widgets::TextRole;

CommandDelegate::CommandDelegate(widgets::Theme& theme, QObject* parent)
    : QStyledItemDelegate(parent), m_theme(theme) {}

QSize CommandDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    return {QStyledItemDelegate::sizeHint(option, index).width(), m_theme.scaled(32)};
}

void CommandDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const auto& c = m_theme.colors();
    const bool chosen = option.state.testFlag(QStyle::State_Selected);
    const bool enabled = option.state.testFlag(QStyle::State_Enabled);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    if (chosen) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(c.accentBackground);
        painter->drawRoundedRect(QRectF(option.rect).adjusted(1, 1, -1, -1), 7, 7);
    }
    const QRect line = option.rect.adjusted(12, 0, -12, 0);
    painter->setFont(m_theme.font(TextRole::MonoSmall));
    painter->setPen(c.muted);
    const QString keys = index.data(KeysRole).toString();
    painter->drawText(line, Qt::AlignRight | Qt::AlignVCenter, keys);
    const int keysWidth = painter->fontMetrics().horizontalAdvance(keys) + 12;

    painter->setFont(m_theme.font(TextRole::Body));
    painter->setPen(!enabled ? c.faint : chosen ? c.accent : c.text);
    const int room = line.width() - keysWidth;
    const QString title = painter->fontMetrics().elidedText(index.data().toString(), Qt::ElideRight, room);
    painter->drawText(line, Qt::AlignLeft | Qt::AlignVCenter, title);
    const int titleWidth = painter->fontMetrics().horizontalAdvance(title) + 12;

    painter->setFont(m_theme.font(TextRole::Small));
    painter->setPen(c.faint);
    const QString place = painter->fontMetrics().elidedText(index.data(PlaceRole).toString(), Qt::ElideRight,
                                                            std::max(0, room - titleWidth));
    painter->drawText(line.adjusted(titleWidth, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, place);
    painter->restore();
}

}  // namespace normscope::app
