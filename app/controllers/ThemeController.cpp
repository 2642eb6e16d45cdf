#include "app/controllers/ThemeController.h"

#include <array>
#include <utility>

namespace normscope::app {

using widgets::ColorScheme;

namespace {

const std::array<std::pair<ThemeChoice, const char*>, 4> names{{{ThemeChoice::System, "system"},
                                                                {ThemeChoice::Light, "light"},
                                                                {ThemeChoice::Dark, "dark"},
                                                                {ThemeChoice::HighContrast, "high-contrast"}}};

}  // namespace

QString nameOf(ThemeChoice choice) {
    for (const auto& [each, name] : names) {
        if (each == choice) return QLatin1String(name);
    }
    return {};
}

std::optional<ThemeChoice> themeNamed(const QString& name) {
    for (const auto& [each, known] : names) {
        if (name == QLatin1String(known)) return each;
    }
    return std::nullopt;
}

ThemeController::ThemeController(widgets::Theme& theme, ThemeChoice choice, QObject* parent)
    : QObject(parent), m_theme(theme), m_choice(choice) {
    if (choice != ThemeChoice::System) apply(choice);
    add(ThemeChoice::System, tr("&System"), QKeySequence(Qt::CTRL | Qt::Key_F5));
    add(ThemeChoice::Light, tr("&Light"), QKeySequence(Qt::CTRL | Qt::Key_F6));
    add(ThemeChoice::Dark, tr("&Dark"), QKeySequence(Qt::CTRL | Qt::Key_F7));
    add(ThemeChoice::HighContrast, tr("&High contrast"), QKeySequence(Qt::CTRL | Qt::Key_F8));
    m_dark.setText(tr("Light or &dark"));
    m_dark.setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_D));
    m_dark.setToolTip(tr("Switch between the light and the dark theme"));
    connect(&m_dark, &QAction::triggered, this,
            [this] { choose(m_theme.scheme() == ColorScheme::Light ? ThemeChoice::Dark : ThemeChoice::Light); });
}

void ThemeController::add(ThemeChoice choice, const QString& text, const QKeySequence& keys) {
    auto* action = new QAction(text, &m_group);  // which owns it
    action->setCheckable(true);
    action->setChecked(choice == m_choice);
    action->setShortcut(keys);
    action->setToolTip(choice == ThemeChoice::System ? tr("The theme the desktop had when the window was opened")
                                                     : tr("Colours of the window and of its plots"));
    action->setData(static_cast<int>(choice));
    connect(action, &QAction::triggered, this, [this, choice] { choose(choice); });
}

void ThemeController::choose(ThemeChoice choice) {
    m_wasChosen = true;
    apply(choice);
}

void ThemeController::apply(ThemeChoice choice) {
    m_choice = choice;
    for (QAction* action : m_group.actions()) action->setChecked(action->data().toInt() == static_cast<int>(choice));
    switch (choice) {
        case ThemeChoice::System: return m_theme.setScheme(m_theme.systemScheme());
        case ThemeChoice::Light: return m_theme.setScheme(ColorScheme::Light);
        case ThemeChoice::Dark: return m_theme.setScheme(ColorScheme::Dark);
        case ThemeChoice::HighContrast: return m_theme.setScheme(ColorScheme::HighContrast);
    }
}

}  // namespace normscope::app
