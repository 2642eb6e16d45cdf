// Which colours the window wears, as chosen by the user.
#pragma once

#include "widgets/theme/Theme.h"

#include <QAction>
#include <QActionGroup>
#include <QObject>
#include <QString>

#include <optional>
#include <vector>

namespace normscope::app {

enum class ThemeChoice { System, Light, Dark, HighContrast };

/// As on the command line and in the settings: "system", "light", "dark", "high-contrast".
QString nameOf(ThemeChoice choice);
std::optional<ThemeChoice> themeNamed(const QString& name);

/// The actions of View ▸ Theme. GUI thread.
class ThemeController : public QObject {
    Q_OBJECT

   public:
    /// Puts the choice on; System leaves the theme as it is.
    ThemeController(widgets::Theme& theme, ThemeChoice choice, QObject* parent = nullptr);

    ThemeChoice choice() const { return m_choice; }
    /// True once the user chose here, so that it is worth remembering.
    bool wasChosen() const { return m_wasChosen; }
    QList<QAction*> actions() const { return m_group.actions(); }
    /// From light to dark and back.
    QAction* darkAction() { return &m_dark; }

   public slots:
    void choose(normscope::app::ThemeChoice choice);

   private:
    void apply(ThemeChoice choice);
    void add(ThemeChoice choice, const QString& text, const QKeySequence& keys);

    widgets::Theme& m_theme;
    ThemeChoice m_choice;
    bool m_wasChosen = false;
    QActionGroup m_group{this};
    QAction m_dark;
};

}  // namespace normscope::app
