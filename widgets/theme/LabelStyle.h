// Font and colour of a label, in one call.
#pragma once

#include <QColor>
#include <QFont>
#include <QWidget>

namespace normscope::widgets {

/// Colours the text of a label or another widget that draws with QPalette::WindowText.
void setTextColor(QWidget* label, const QColor& color);

/// Font and colour together.
void setTextStyle(QWidget* label, const QFont& font, const QColor& color);

}  // namespace normscope::widgets
