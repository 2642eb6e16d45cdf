#include "widgets/theme/LabelStyle.h"

#include <QPalette>

namespace normscope::widgets {

void setTextColor(QWidget* label, const QColor& color) {
    QPalette palette = label->palette();
    palette.setColor(QPalette::WindowText, color);
    label->setPalette(palette);
}

void setTextStyle(QWidget* label, const QFont& font, const QColor& color) {
    label->setFont(font);
    setTextColor(label, color);
}

}  // namespace normscope::widgets
