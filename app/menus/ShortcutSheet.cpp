#include "app/menus/ShortcutSheet.h"

#include "app/palette/CommandList.h"

#include <QDialogButtonBox>
#include <QMenuBar>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace normscope::app {
ShortcutSheet::ShortcutSheet(widgets::Theme& theme, const QMenuBar& menus, QWidget* parent)
    : QDialog(parent), m_theme(theme), m_menus(menus), m_text(new QTextBrowser) {
    setObjectName(QStringLiteral("shortcutSheet"));
    setWindowTitle(tr("Keyboard shortcuts"));
    m_text->setAccessibleName(tr("Keyboard shortcuts"));
    m_text->setToolTip(tr("Every key, by menu"));
    m_text->setFrameShape(QFrame::NoFrame);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    for (QAbstractButton* button : buttons->buttons()) button->setAccessibleName(tr("Close"));
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* column = new QVBoxLayout(this);
    column->addWidget(m_text, 1);
    column->addWidget(buttons);
    connect(&theme, &widgets::Theme::changed, this, [this] {
        if (isVisible()) m_text->setHtml(html());
    });
}

void ShortcutSheet::open() {
    m_text->setHtml(html());
    resize(m_theme.scaled(640), std::min(m_theme.scaled(720), parentWidget()->height()));
    show();
    raise();
    m_text->setFocus();
}

QString ShortcutSheet::html() const {
    const auto& c = m_theme.colors();
    QString rows;
    const auto heading = [&](const QString& text) {
        rows += QStringLiteral("<tr><td colspan='2' style='padding-top:12px; color:%1'><b>%2</b></td></tr>")
                    .arg(c.accent.name(), text.toHtmlEscaped());
    };
    const auto row = [&](const QString& keys, const QString& meaning) {
        rows += QStringLiteral(
                    "<tr><td style='padding:2px 24px 2px 0; font-family:\"JetBrains Mono\"; white-space:pre'>"
                    "%1</td><td style='padding:2px 0'>%2</td></tr>")
                    .arg(keys.toHtmlEscaped(), meaning.toHtmlEscaped());
    };
    QString place;
    for (const Command& command : menuCommands(m_menus)) {
        if (command.keys.isEmpty()) continue;
        if (command.place != place) heading(place = command.place);
        row(command.keys, command.title);
    }
    heading(tr("Timeline"));
    row(tr("Left, Right"), tr("view the step before, after"));
    row(tr("Page Up, Page Down"), tr("a twentieth of the run further"));
    row(tr("Home, End"), tr("step 0, the newest again"));
    heading(tr("Plots"));
    row(tr("wheel, + −"), tr("zoom along the steps; with Shift, or with Up and Down, the values"));
    row(tr("drag, Page Up, Page Down"), tr("move"));
    row(tr("Ctrl+drag"), tr("zoom to a rectangle"));
    row(tr("Left, Right"), tr("move the cursor, with Shift by ten steps"));
    row(tr("double click, Esc"), tr("follow the run again"));
    row(tr("right click, Menu key"), tr("save, copy"));
    heading(tr("Network and channels"));
    row(tr("Left, Right, Home, End"), tr("another norm layer, another channel"));
    row(tr("Shift, Ctrl+Space"), tr("several channels"));
    heading(tr("Fields"));
    row(tr("Enter, Esc"), tr("take the value, put the old one back"));
    return QStringLiteral("<body style='color:%1'><table cellspacing='0'>%2</table></body>").arg(c.text.name(), rows);
}

}  // namespace normscope::app
