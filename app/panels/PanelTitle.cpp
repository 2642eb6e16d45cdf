#include "app/panels/PanelTitle.h"

#include "widgets/theme/LabelStyle.h"

#include <QHBoxLayout>
#include <QPainter>

namespace normscope::app {

PanelTitle::PanelTitle(widgets::Theme& theme, QDockWidget* dock)
    : QWidget(dock), m_theme(theme), m_title(new QLabel(dock->windowTitle())) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(18, 8, 8, 0);
    row->setSpacing(2);
    row->addWidget(m_title, 1);
    m_float = addButton(QStringLiteral("export"), tr("Let the panel “%1” float, or dock it").arg(dock->windowTitle()));
    m_hide = addButton(QStringLiteral("close"), tr("Hide the panel “%1”").arg(dock->windowTitle()));
    connect(m_float, &QToolButton::clicked, dock, [dock] { dock->setFloating(!dock->isFloating()); });
    connect(m_hide, &QToolButton::clicked, dock, &QWidget::close);
    connect(&theme, &widgets::Theme::changed, this, &PanelTitle::applyTheme);
    applyTheme();
}

QToolButton* PanelTitle::addButton(const QString& icon, const QString& text) {
    auto* button = new QToolButton(this);
    button->setIcon(m_theme.icon(icon));
    button->setAccessibleName(text);
    button->setToolTip(text);
    button->setFocusPolicy(Qt::TabFocus);
    layout()->addWidget(button);
    return button;
}

void PanelTitle::applyTheme() {
    widgets::setTextStyle(m_title, m_theme.font(widgets::TextRole::Heading), m_theme.colors().text);
    const int side = m_theme.scaled(12);
    for (QToolButton* button : {m_float, m_hide}) button->setIconSize({side, side});
    update();
}

void PanelTitle::paintEvent(QPaintEvent*) {
    QPainter(this).fillRect(rect(), m_theme.colors().surface);
}

}  // namespace normscope::app
