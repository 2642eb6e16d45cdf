#include "widgets/formula/FormulaView.h"

#include "widgets/theme/Theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <functional>

namespace normscope::widgets {
namespace {

constexpr double lineGap = 12;
constexpr double partGap = 4;
constexpr double formulaGap = 26;
constexpr double barGap = 3;  // above and below a fraction's line
constexpr double hook = 11;   // left of what stands under a root
constexpr double margin = 10;
constexpr double smallestScale = 0.5;
constexpr double largestScale = 1.3;

/// From a line that all operators stand on.
struct Extent {
    double width = 0;
    double up = 0;
    double down = 0;
};

}  // namespace

/// Measures and paints boxes at scale 1.
class FormulaView::Typesetter {
   public:
    Typesetter(const FormulaView& view, QPaintDevice* device)
        : m_view(view),
          m_symbolFont(view.m_theme.font(TextRole::Heading)),
          m_numberFont(view.m_theme.font(TextRole::MonoSmall)),
          m_symbols(m_symbolFont, device),
          m_numbers(m_numberFont, device) {}

    Extent measure(const FormulaBox& box) const {
        const double half = m_symbols.height() / 2;
        switch (box.kind) {
            case FormulaBox::Kind::Text: return {m_symbols.horizontalAdvance(box.text), half, half};
            case FormulaBox::Kind::Gap: return {formulaGap, half, half};
            case FormulaBox::Kind::Term: return {termWidth(box.text), half, half + m_numbers.height() + 2};
            case FormulaBox::Kind::Row: return measureRow(box);
            case FormulaBox::Kind::Fraction: {
                const Extent above = measure(box.parts[0]), below = measure(box.parts[1]);
                return {std::max(above.width, below.width) + 6, above.up + above.down + barGap,
                        below.up + below.down + barGap};
            }
            case FormulaBox::Kind::Root: {
                const Extent inside = measure(box.parts[0]);
                return {inside.width + hook + 2, inside.up + 4, inside.down};
            }
        }
        return {};
    }

    /// `at` is the left end of the line that operators stand on.
    void paint(QPainter& painter, const FormulaBox& box, const QPointF& at, std::vector<Placed>* placed) const {
        const Extent extent = measure(box);
        switch (box.kind) {
            case FormulaBox::Kind::Text: return paintText(painter, box.text, at, extent);
            case FormulaBox::Kind::Gap: return;
            case FormulaBox::Kind::Term: return paintTerm(painter, box.text, at, extent, placed);
            case FormulaBox::Kind::Row: {
                double x = at.x();
                for (const FormulaBox& part : box.parts) {
                    paint(painter, part, {x, at.y()}, placed);
                    x += measure(part).width + partGap;
                }
                return;
            }
            case FormulaBox::Kind::Fraction: {
                const Extent above = measure(box.parts[0]), below = measure(box.parts[1]);
                paint(painter, box.parts[0], {at.x() + (extent.width - above.width) / 2, at.y() - barGap - above.down},
                      placed);
                paint(painter, box.parts[1], {at.x() + (extent.width - below.width) / 2, at.y() + barGap + below.up},
                      placed);
                painter.setPen(QPen(m_view.m_theme.colors().text, 1.2));
                painter.drawLine(QPointF(at.x(), at.y()), QPointF(at.x() + extent.width, at.y()));
                return;
            }
            case FormulaBox::Kind::Root: {
                paint(painter, box.parts[0], {at.x() + hook, at.y()}, placed);
                painter.setPen(QPen(m_view.m_theme.colors().text, 1.2));
                const double top = at.y() - extent.up + 1, bottom = at.y() + extent.down;
                painter.drawPolyline(QPolygonF{{at.x() + 1, at.y() + 2},
                                               {at.x() + 4, at.y() + 1},
                                               {at.x() + 7, bottom},
                                               {at.x() + 10, top},
                                               {at.x() + extent.width, top}});
                return;
            }
        }
    }

   private:
    double termWidth(const QString& key) const {
        const FormulaTerm& term = m_view.m_terms.at(key);
        return std::max(m_symbols.horizontalAdvance(term.symbol),
                        m_numbers.horizontalAdvance(shortDigits(term.value))) +
               8;
    }

    Extent measureRow(const FormulaBox& box) const {
        Extent all;
        for (const FormulaBox& part : box.parts) {
            const Extent extent = measure(part);
            all.width += extent.width + (all.width > 0 ? partGap : 0);
            all.up = std::max(all.up, extent.up);
            all.down = std::max(all.down, extent.down);
        }
        return all;
    }

    void paintText(QPainter& painter, const QString& text, const QPointF& at, const Extent& extent) const {
        painter.setFont(m_symbolFont);
        painter.setPen(m_view.m_theme.colors().muted);
        painter.drawText(QRectF(at.x(), at.y() - extent.up, extent.width + 2, extent.up + extent.down),
                         Qt::AlignLeft | Qt::AlignVCenter | Qt::TextDontClip, text);
    }

    void paintTerm(QPainter& painter, const QString& key, const QPointF& at, const Extent& extent,
                   std::vector<Placed>* placed) const {
        const ThemeColors& colors = m_view.m_theme.colors();
        const FormulaTerm& term = m_view.m_terms.at(key);
        const QRectF area(at.x(), at.y() - extent.up, extent.width, extent.up + extent.down);
        if (m_view.m_lit.contains(key)) {
            const bool itself = key == m_view.m_highlight;
            painter.setPen(QPen(colors.accent, itself ? 1.6 : 0.8));
            painter.setBrush(colors.accentBackground);
            painter.drawRoundedRect(area.adjusted(0, -1, 0, 1), 4, 4);
        } else if (term.edited) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(colors.warnBackground);
            painter.drawRoundedRect(area.adjusted(0, -1, 0, 1), 4, 4);
        }
        painter.setFont(m_symbolFont);
        painter.setPen(colors.text);
        const QRectF symbol(area.left(), area.top(), area.width(), 2 * extent.up);
        painter.drawText(symbol, Qt::AlignCenter | Qt::TextDontClip, term.symbol);
        painter.setFont(m_numberFont);
        painter.setPen(term.edited ? colors.warn : colors.muted);
        const QRectF number(area.left(), symbol.bottom() + 2, area.width(), m_numbers.height());
        painter.drawText(number, Qt::AlignCenter | Qt::TextDontClip, shortDigits(term.value));
        if (term.meaning) {
            QPen pen = m_view.m_theme.curveStyle(*term.meaning).swatchPen();
            pen.setWidthF(2);
            painter.setPen(pen);
            painter.drawLine(QPointF(area.left() + 4, symbol.bottom() + 1),
                             QPointF(area.right() - 4, symbol.bottom() + 1));
        }
        if (m_view.m_underlined.contains(key)) {
            painter.setPen(QPen(colors.accent, 1, Qt::DotLine));
            painter.drawLine(QPointF(area.left() + 2, area.bottom()), QPointF(area.right() - 2, area.bottom()));
        }
        if (placed) placed->push_back({key, painter.transform().mapRect(area)});
    }

    const FormulaView& m_view;
    QFont m_symbolFont;
    QFont m_numberFont;
    QFontMetricsF m_symbols;
    QFontMetricsF m_numbers;
};

FormulaView::FormulaView(Theme& theme, QWidget* parent) : QWidget(parent), m_theme(theme) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

void FormulaView::setTerms(FormulaTerms terms) {
    m_terms = std::move(terms);
    setHighlight(m_highlight);
    setAccessibleDescription(plainText());
    update();
}

void FormulaView::setLines(std::vector<FormulaBox> lines) {
    m_lines = std::move(lines);
    m_placed.clear();
    m_chosen = -1;
    setAccessibleDescription(plainText());
    update();
}

QStringList FormulaView::keys() const {
    QStringList found;
    const std::function<void(const FormulaBox&)> walk = [&](const FormulaBox& box) {
        if (box.kind == FormulaBox::Kind::Term && !found.contains(box.text)) found << box.text;
        for (const FormulaBox& part : box.parts) walk(part);
    };
    for (const FormulaBox& line : m_lines) walk(line);
    return found;
}

QString FormulaView::plainText() const {
    const std::function<QString(const FormulaBox&)> words = [&](const FormulaBox& box) -> QString {
        switch (box.kind) {
            case FormulaBox::Kind::Text: return box.text;
            case FormulaBox::Kind::Gap: return QStringLiteral("; ");
            case FormulaBox::Kind::Term: {
                if (!m_terms.contains(box.text)) return box.text;
                const FormulaTerm& term = m_terms.at(box.text);
                return QStringLiteral("%1 (%2)").arg(term.symbol, shortDigits(term.value));
            }
            case FormulaBox::Kind::Fraction:
                return QStringLiteral("(%1) / (%2)").arg(words(box.parts[0]), words(box.parts[1]));
            case FormulaBox::Kind::Root: return QStringLiteral("√(%1)").arg(words(box.parts[0]));
            case FormulaBox::Kind::Row: break;
        }
        QStringList parts;
        for (const FormulaBox& part : box.parts) parts << words(part);
        return parts.join(QLatin1Char(' '));
    };
    QStringList lines;
    for (const FormulaBox& line : m_lines) lines << words(line);
    return lines.join(QLatin1Char('\n'));
}

QRectF FormulaView::termRect(const QString& key) const {
    const auto found = std::ranges::find(m_placed, key, &Placed::key);
    return found == m_placed.end() ? QRectF() : found->area;
}

void FormulaView::setHighlight(const QString& key) {
    m_highlight = key;
    m_lit = m_terms.followers(key);
    m_underlined = m_terms.ingredients(key);
    update();
}

double FormulaView::scaleFor(const Typesetter& setter, const QSizeF& size) const {
    double width = 1, height = -lineGap;
    for (const FormulaBox& line : m_lines) {
        const Extent extent = setter.measure(line);
        width = std::max(width, extent.width);
        height += extent.up + extent.down + lineGap;
    }
    const double fitting =
        std::min((size.width() - 2 * margin) / width, (size.height() - margin) / std::max(1.0, height));
    return std::clamp(fitting, smallestScale, largestScale);
}

void FormulaView::paintTo(QPainter& painter, const QSizeF& size, std::vector<Placed>* placed) const {
    for (const QString& key : keys()) {
        if (!m_terms.contains(key)) return;  // nothing measured yet
    }
    const Typesetter setter(*this, painter.device());
    const double scale = scaleFor(setter, size);
    double height = -lineGap;
    for (const FormulaBox& line : m_lines) {
        const Extent extent = setter.measure(line);
        height += extent.up + extent.down + lineGap;
    }
    painter.save();
    // Placed areas are in the coordinates of the view: only what is done here counts.
    const QTransform before = painter.transform();
    painter.translate(margin, std::max(0.0, (size.height() - height * scale) / 2));
    painter.scale(scale, scale);
    double y = 0;
    std::vector<Placed> found;
    for (const FormulaBox& line : m_lines) {
        const Extent extent = setter.measure(line);
        setter.paint(painter, line, {0, y + extent.up}, &found);
        y += extent.up + extent.down + lineGap;
    }
    painter.restore();
    if (!placed) return;
    const QTransform back = before.inverted();
    for (Placed& term : found) term.area = back.mapRect(term.area);
    *placed = std::move(found);
}

void FormulaView::paintFormulas(QPainter& painter, const QSizeF& size) const {
    paintTo(painter, size, nullptr);
}

void FormulaView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    paintTo(painter, size(), &m_placed);
}

QString FormulaView::keyAt(const QPointF& at) const {
    const auto found = std::ranges::find_if(m_placed, [&](const Placed& term) { return term.area.contains(at); });
    return found == m_placed.end() ? QString() : found->key;
}

bool FormulaView::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const QString key = keyAt(help->pos());
        if (key.isEmpty()) return QWidget::event(event);  // the card's own
        QToolTip::showText(help->globalPos(), m_terms.toolTip(key), this, termRect(key).toRect());
        return true;
    }
    return QWidget::event(event);
}

void FormulaView::mouseMoveEvent(QMouseEvent* event) {
    const QString key = keyAt(event->position());
    if (key == m_hovered) return;
    m_hovered = key;
    emit termHovered(key);
}

void FormulaView::mousePressEvent(QMouseEvent* event) {
    QWidget::mousePressEvent(event);
    const QString key = keyAt(event->position());
    if (event->button() == Qt::LeftButton && !key.isEmpty()) emit termActivated(key);
}

void FormulaView::leaveEvent(QEvent* event) {
    QWidget::leaveEvent(event);
    m_hovered.clear();
    emit termHovered({});
}

void FormulaView::choose(int term) {
    const QStringList all = keys();
    if (all.isEmpty()) return;
    m_chosen = std::clamp(term, 0, int(all.size()) - 1);
    const QString& key = all[m_chosen];
    if (m_terms.contains(key)) setAccessibleDescription(m_terms.toolTip(key));
    emit termHovered(key);
}

void FormulaView::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
        case Qt::Key_Left: return choose(m_chosen - 1);
        case Qt::Key_Right: return choose(m_chosen + 1);
        case Qt::Key_Home: return choose(0);
        case Qt::Key_End: return choose(int(keys().size()) - 1);
        case Qt::Key_Return:
        case Qt::Key_Enter:
            if (m_chosen >= 0) emit termActivated(keys().value(m_chosen));
            return;
        default: QWidget::keyPressEvent(event);
    }
}

void FormulaView::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    if (event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason)
        choose(std::max(0, m_chosen));
    if (parentWidget()) parentWidget()->update();  // its border shows the focus
}

void FormulaView::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    emit termHovered({});
    setAccessibleDescription(plainText());
    if (parentWidget()) parentWidget()->update();
}

}  // namespace normscope::widgets
