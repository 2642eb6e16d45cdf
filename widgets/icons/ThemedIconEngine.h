// Draws an SVG icon in a colour of the theme, sharp at every scale, following the scheme.
#pragma once

#include "widgets/theme/ThemeColors.h"

#include <QIconEngine>
#include <QPointer>
#include <QString>

namespace normscope::widgets {

class Theme;

/// Owned by a QIcon. Without its theme (destroyed before) it draws nothing.
class ThemedIconEngine : public QIconEngine {
   public:
    ThemedIconEngine(const Theme* theme, QString name, QColor ThemeColors::*role);

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override;
    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override;
    QIconEngine* clone() const override;
    bool isNull() override;

   private:
    QPointer<const Theme> m_theme;
    QString m_name;
    QColor ThemeColors::*m_role;
};

}  // namespace normscope::widgets
