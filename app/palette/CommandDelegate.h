// A line of the command palette: title, place, keys.
#pragma once

#include "widgets/theme/Theme.h"

#include <QStyledItemDelegate>

namespace normscope::app {

class CommandDelegate : public QStyledItemDelegate {
    Q_OBJECT

   public:
    enum Role { PlaceRole = Qt::UserRole, KeysRole, IndexRole };

    CommandDelegate(widgets::Theme& theme, QObject* parent);

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

   private:
    widgets::Theme& m_theme;
};

}  // namespace normscope::app
