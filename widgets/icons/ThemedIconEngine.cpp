#include "widgets/icons/ThemedIconEngine.h"

#include "widgets/theme/Theme.h"

#include <QFile>
#include <QPainter>
#include <QPixmap>
#include <QSvgRenderer>

#include <utility>

namespace normscope::widgets {

ThemedIconEngine::ThemedIconEngine(const Theme* theme, QString name, QColor ThemeColors::*role)
    : m_theme(theme), m_name(std::move(name)), m_role(role) {}

void ThemedIconEngine::paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) {
    Q_UNUSED(state)
    if (m_theme == nullptr) return;
    QFile file(QStringLiteral(":/normscope/icons/%1.svg").arg(m_name));
    if (!file.open(QIODevice::ReadOnly)) return;

    const ThemeColors& colors = m_theme->colors();
    const QColor color = mode == QIcon::Disabled ? colors.faint : colors.*m_role;
    QByteArray svg = file.readAll();
    svg.replace("currentColor", color.name().toLatin1());
    QSvgRenderer renderer(svg);
    renderer.setAspectRatioMode(Qt::KeepAspectRatio);
    renderer.render(painter, rect);
}

QPixmap ThemedIconEngine::pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) {
    QPixmap result(size);
    result.fill(Qt::transparent);
    QPainter painter(&result);
    paint(&painter, QRect(QPoint(), size), mode, state);
    return result;
}

QIconEngine* ThemedIconEngine::clone() const {
    return new ThemedIconEngine(*this);
}

bool ThemedIconEngine::isNull() {
    return !QFile::exists(QStringLiteral(":/normscope/icons/%1.svg").arg(m_name));
}

}  // namespace normscope::widgets
