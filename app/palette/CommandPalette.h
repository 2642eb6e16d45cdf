// Finds everything the window can do, by typing a part of its name.
#pragma once

#include "app/palette/Command.h"
#include "widgets/theme/Theme.h"

#include <QFrame>
#include <QLineEdit>
#include <QListWidget>

#include <vector>

namespace normscope::app {

/// A field with a list below it, over the window it is a child of. Up, Down, Page Up and Page Down choose, Enter runs,
/// Esc or a click elsewhere closes; the focus goes back to where it was.
class CommandPalette : public QFrame {
    Q_OBJECT

   public:
    CommandPalette(widgets::Theme& theme, QWidget* window);

    /// Shows these, with nothing typed yet.
    void open(std::vector<Command> commands);
    /// Titles in the order shown, best first.
    QStringList titles() const;

   protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void hideEvent(QHideEvent* event) override;

   private:
    void filter(const QString& query);
    void runCurrent();
    bool moveBy(int key);
    void place();
    void applyTheme();

    widgets::Theme& m_theme;
    QLineEdit* m_query;
    QListWidget* m_list;
    std::vector<Command> m_commands;
    QPointer<QWidget> m_focusBefore;
};

}  // namespace normscope::app
