#include "app/palette/CommandPalette.h"

#include "app/palette/CommandDelegate.h"
#include "app/palette/FuzzyMatch.h"

#include <QApplication>
#include <QKeyEvent>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace normscope::app {

CommandPalette::CommandPalette(widgets::Theme& theme, QWidget* window)
    : QFrame(window), m_theme(theme), m_query(new QLineEdit), m_list(new QListWidget) {
    setObjectName(QStringLiteral("commandPalette"));
    setAccessibleName(tr("Command palette"));
    setAttribute(Qt::WA_StyledBackground);
    m_query->setPlaceholderText(tr("Find a command, page, setting or layer"));
    m_query->setAccessibleName(tr("Find a command"));
    m_query->setToolTip(tr("Type a part of a name; Up and Down choose, Enter runs, Esc closes"));
    m_query->setClearButtonEnabled(false);
    m_query->addAction(theme.icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    m_list->setAccessibleName(tr("What was found"));
    m_list->setToolTip(tr("Enter or a click runs a command"));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setFocusPolicy(Qt::NoFocus);  // the field keeps it and moves the choice
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setUniformItemSizes(true);
    m_list->setMouseTracking(true);
    m_list->setItemDelegate(new CommandDelegate(theme, m_list));

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(10, 10, 10, 8);
    column->setSpacing(6);
    column->addWidget(m_query);
    column->addWidget(m_list, 1);
    hide();

    m_query->installEventFilter(this);
    window->installEventFilter(this);
    connect(m_query, &QLineEdit::textChanged, this, &CommandPalette::filter);
    connect(m_list, &QListWidget::itemClicked, this, &CommandPalette::runCurrent);
    connect(&theme, &widgets::Theme::changed, this, &CommandPalette::applyTheme);
    applyTheme();
}

void CommandPalette::open(std::vector<Command> commands) {
    m_commands = std::move(commands);
    if (!isVisible()) m_focusBefore = QApplication::focusWidget();
    m_query->clear();
    filter({});
    place();
    show();
    raise();
    m_query->setFocus(Qt::ShortcutFocusReason);
}

void CommandPalette::place() {
    const QSize room = parentWidget()->size();
    const int width = std::min(m_theme.scaled(620), room.width() - 32);
    const int height = std::min(m_theme.scaled(420), room.height() - 64);
    setGeometry((room.width() - width) / 2, std::min(72, room.height() / 8), width, height);
}

QStringList CommandPalette::titles() const {
    QStringList found;
    for (int i = 0; i < m_list->count(); ++i) found << m_list->item(i)->text();
    return found;
}

void CommandPalette::filter(const QString& query) {
    struct Found {
        int score;
        std::size_t index;
    };
    std::vector<Found> found;
    for (std::size_t i = 0; i < m_commands.size(); ++i) {
        // The title counts more than the place it stands in.
        const auto title = fuzzyScore(query, m_commands[i].title);
        const auto all = fuzzyScore(query, m_commands[i].title + QLatin1Char(' ') + m_commands[i].place);
        if (all) found.push_back({std::max(title ? 2 * *title : *all, *all), i});
    }
    std::ranges::stable_sort(found, [](const Found& a, const Found& b) { return a.score > b.score; });
    m_list->clear();
    for (const auto& [score, index] : found) {
        const Command& command = m_commands[index];
        auto* item = new QListWidgetItem(command.title, m_list);  // which owns it
        item->setData(CommandDelegate::PlaceRole, command.place);
        item->setData(CommandDelegate::KeysRole, command.keys);
        item->setData(CommandDelegate::IndexRole, static_cast<int>(index));
        item->setToolTip(command.help);
        item->setData(Qt::AccessibleTextRole, QStringLiteral("%1, %2").arg(command.title, command.place));
        if (!command.enabled) item->setFlags(Qt::NoItemFlags);
    }
    moveBy(Qt::Key_Home);
}

bool CommandPalette::moveBy(int key) {
    const int count = m_list->count();
    const int now = m_list->currentRow();
    int to = now;
    int direction = 1;
    switch (key) {
        case Qt::Key_Down: to = now + 1; break;
        case Qt::Key_Up: to = now - 1, direction = -1; break;
        case Qt::Key_PageDown: to = std::min(now + 8, count - 1), direction = -1; break;
        case Qt::Key_PageUp: to = std::max(now - 8, 0); break;
        case Qt::Key_Home: to = 0; break;
        default: return false;
    }
    // What cannot be done now is passed over.
    while (to >= 0 && to < count && m_list->item(to)->flags() == Qt::NoItemFlags) to += direction;
    if (to >= 0 && to < count) m_list->setCurrentRow(to);
    return true;
}

void CommandPalette::runCurrent() {
    const QListWidgetItem* item = m_list->currentItem();
    if (item == nullptr || item->flags() == Qt::NoItemFlags) return;
    const auto index = static_cast<std::size_t>(item->data(CommandDelegate::IndexRole).toInt());
    const auto run = m_commands.at(index).run;
    hide();  // gives the focus back, which the command may want to take
    run();
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
    if (watched == parentWidget()) {
        if (event->type() == QEvent::Resize && isVisible()) place();
        return false;
    }
    if (event->type() == QEvent::FocusOut && isVisible()) {
        if (static_cast<QFocusEvent*>(event)->reason() != Qt::ActiveWindowFocusReason) hide();
        return false;
    }
    if (event->type() == QEvent::ShortcutOverride) {  // typed here, not meant for the window
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->key() == Qt::Key_Escape || key->key() == Qt::Key_Return) {
            event->accept();
            return true;
        }
    }
    if (event->type() == QEvent::KeyPress) {
        switch (const int key = static_cast<QKeyEvent*>(event)->key()) {
            case Qt::Key_Escape: hide(); return true;
            case Qt::Key_Return:
            case Qt::Key_Enter: runCurrent(); return true;
            case Qt::Key_Home: return false;  // of the text
            default: return moveBy(key);
        }
    }
    return QFrame::eventFilter(watched, event);
}

void CommandPalette::hideEvent(QHideEvent* event) {
    QFrame::hideEvent(event);
    if (m_focusBefore && m_focusBefore->isVisible()) m_focusBefore->setFocus(Qt::OtherFocusReason);
    m_focusBefore.clear();
}

void CommandPalette::applyTheme() {
    const auto& c = m_theme.colors();
    m_query->setFont(m_theme.font(widgets::TextRole::Heading));
    setStyleSheet(QStringLiteral("#commandPalette { background: %1; border: 1px solid %2; border-radius: 10px; }"
                                 "#commandPalette QLineEdit { padding: 7px 9px; }"
                                 "#commandPalette QListWidget { background: %1; border: none; outline: none; }")
                      .arg(c.surface.name(), c.faint.name()));
    if (isVisible()) place();
}

}  // namespace normscope::app
