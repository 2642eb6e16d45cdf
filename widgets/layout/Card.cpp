#include "widgets/layout/Card.h"

#include "widgets/theme/Theme.h"

#include <QPainter>

namespace normscope::widgets {
namespace {

constexpr int sidePadding = 14;
constexpr int titleHeight = 22;
constexpr int top = 8;

}  // namespace

Card::Card(Theme& theme, const QString& title, QWidget* parent)
    : QWidget(parent), m_theme(theme), m_content(new QVBoxLayout(this)) {
    m_content->setContentsMargins(sidePadding, top + titleHeight + 6, sidePadding, 12);
    m_content->setSpacing(8);
    setTitle(title);
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

void Card::setTitle(const QString& title) {
    m_title = title;
    setAccessibleName(title);
    update();
}

void Card::setNote(const QString& note) {
    m_note = note;
    update();
}

void Card::paintEvent(QPaintEvent*) {
    const ThemeColors& colors = m_theme.colors();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colors.border, 1));
    painter.setBrush(colors.surface);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 10, 10);

    const QRectF line(sidePadding, top, width() - 2 * sidePadding, titleHeight);
    painter.setFont(m_theme.font(TextRole::MonoTick));
    painter.setPen(colors.faint);
    const double noteWidth = QFontMetricsF(painter.font()).horizontalAdvance(m_note);
    painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, m_note);
    painter.setFont(m_theme.font(TextRole::PlotTitle));
    painter.setPen(colors.text);
    const QString shown =
        QFontMetricsF(painter.font()).elidedText(m_title, Qt::ElideRight, line.width() - noteWidth - 10);
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, shown);
}

}  // namespace normscope::widgets
