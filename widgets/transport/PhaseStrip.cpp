#include "widgets/transport/PhaseStrip.h"

#include "widgets/theme/Theme.h"

#include <QAccessible>
#include <QPainter>

namespace normscope::widgets {

PhaseStrip::PhaseStrip(Theme& theme, QWidget* parent) : QWidget(parent), m_theme(theme) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Phase of the step"));
    setToolTip(tr("One training step in slow motion: the numbers are those of the step that is then taken"));
    connect(&theme, &Theme::changed, this, [this] {
        updateGeometry();
        update();
    });
}

QSize PhaseStrip::sizeHint() const {
    return {m_theme.scaled(400), m_theme.scaled(44)};
}
QSize PhaseStrip::minimumSizeHint() const {
    return {m_theme.scaled(80), m_theme.scaled(44)};
}

void PhaseStrip::setPhases(const QStringList& names) {
    m_names = names;
    update();
}

void PhaseStrip::showPhase(int current, const QString& sentence) {
    m_current = current;
    m_sentence = sentence;
    setAccessibleDescription(sentence);
    QAccessibleEvent change(this, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&change);
    update();
}

void PhaseStrip::paintEvent(QPaintEvent*) {
    const ThemeColors& c = m_theme.colors();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QFont font = m_theme.font(TextRole::Small);
    double x = m_theme.scaled(10);
    const double height = m_theme.scaled(20);
    for (int i = 0; i < m_names.size(); ++i) {
        font.setWeight(i == m_current ? QFont::DemiBold : QFont::Normal);
        painter.setFont(font);
        const QString text = QStringLiteral("%1  %2").arg(i + 1).arg(m_names[i]);
        const double w = painter.fontMetrics().horizontalAdvance(text) + m_theme.scaled(18);
        const QRectF chip(x, 1, w, height);
        painter.setPen(i == m_current ? QPen(Qt::NoPen) : QPen(i < m_current ? c.accent : c.border, 1));
        painter.setBrush(i == m_current ? c.accent : i < m_current ? c.accentBackground : c.sunken);
        painter.drawRoundedRect(chip, height / 2, height / 2);
        painter.setPen(i == m_current ? c.accentText : i < m_current ? c.accent : c.muted);
        painter.drawText(chip, Qt::AlignCenter, text);
        x += w + m_theme.scaled(8);
    }
    painter.setFont(m_theme.font(TextRole::Small));
    painter.setPen(c.text);
    const int left = m_theme.scaled(10);
    const QRectF line(left, m_theme.scaled(24), width() - left, m_theme.scaled(18));
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(m_sentence, Qt::ElideRight, int(line.width())));
}

}  // namespace normscope::widgets
