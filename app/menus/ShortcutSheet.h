// All keys on one sheet, taken from the menus themselves.
#pragma once

#include "widgets/theme/Theme.h"

#include <QDialog>
#include <QTextBrowser>

class QMenuBar;

namespace normscope::app {

/// Not modal, so that one can try what it says.
class ShortcutSheet : public QDialog {
    Q_OBJECT

   public:
    ShortcutSheet(widgets::Theme& theme, const QMenuBar& menus, QWidget* parent);

    /// Reads the menus anew and shows them.
    void open() override;

   private:
    QString html() const;

    widgets::Theme& m_theme;
    const QMenuBar& m_menus;
    QTextBrowser* m_text;
};

}  // namespace normscope::app
