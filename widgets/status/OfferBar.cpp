#include "widgets/status/OfferBar.h"

#include "widgets/theme/LabelStyle.h"
#include "widgets/theme/Theme.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QPushButton>

namespace normscope::widgets {

OfferBar::OfferBar(Theme& theme, QWidget* parent)
    : QWidget(parent), m_theme(theme), m_sentence(new QLabel), m_row(new QHBoxLayout(this)) {
    m_row->setContentsMargins(16, 8, 16, 8);
    m_row->setSpacing(8);
    m_sentence->setWordWrap(true);
    m_row->addWidget(m_sentence, 1);
    connect(&theme, &Theme::changed, this, &OfferBar::applyTheme);
    applyTheme();
    hide();
}

void OfferBar::offer(const QString& sentence, const QStringList& choices) {
    m_sentence->setText(sentence);
    setAccessibleName(sentence);
    delete m_buttons;
    m_buttons = new QWidget;
    auto* row = new QHBoxLayout(m_buttons);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    for (int i = 0; i < choices.size(); ++i) {
        auto* button = new QPushButton(choices[i]);
        button->setProperty("primary", i == 0);
        connect(button, &QPushButton::clicked, this, [this, i] {
            hide();
            emit chosen(i);
        });
        row->addWidget(button);
    }
    m_row->addWidget(m_buttons);
    show();
}

void OfferBar::applyTheme() {
    setTextStyle(m_sentence, m_theme.font(TextRole::Body), m_theme.colors().text);
    update();
}

void OfferBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), m_theme.colors().warnBackground);
    painter.fillRect(0, height() - 1, width(), 1, m_theme.colors().border);
}

}  // namespace normscope::widgets
