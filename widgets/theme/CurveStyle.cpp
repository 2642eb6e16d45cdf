#include "widgets/theme/CurveStyle.h"

#include <algorithm>
#include <array>

namespace normscope::widgets {
namespace {

CurveStyle baseStyle(const ThemeColors& colors, Meaning meaning) {
    switch (meaning) {
        case Meaning::Batch: return {mixed(colors.surface, colors.batch, 0.82), 1, {}, {1.5, 3}};
        case Meaning::Running: return {colors.running, 2.4, {}, {}};
        case Meaning::Exact: return {colors.exact, 1.3, {6, 3}, {6, 3}};
        case Meaning::Gamma: return {colors.gamma, 2.2, {}, {}};
        case Meaning::Beta: return {colors.beta, 2.2, {8, 3}, {8, 3}};
        case Meaning::TrainMode: return {colors.batch, 2.2, {8, 3}, {8, 3}};
        case Meaning::EvalMode: return {colors.running, 2.2, {}, {}};
        case Meaning::Loss: return {colors.faint, 1, {}, {}};
        case Meaning::Neutral: return {colors.text, 2, {6, 3}, {6, 3}};
        case Meaning::Quiet: return {colors.muted, 2, {2, 2}, {2, 2}};
    }
    return {colors.text, 1, {}, {}};
}

}  // namespace

QPen CurveStyle::pen() const {
    QPen result(color, width);
    result.setCapStyle(Qt::FlatCap);
    result.setJoinStyle(Qt::RoundJoin);
    return result;
}

QPen CurveStyle::swatchPen() const {
    QPen result(color, std::max(width, qreal(2.2)));
    result.setCapStyle(Qt::FlatCap);
    if (!swatchDashes.isEmpty()) {
        QList<qreal> pattern;
        for (const qreal length : swatchDashes) pattern.append(length / result.widthF());
        result.setDashPattern(pattern);
    }
    return result;
}

CurveStyle curveStyle(const ThemeColors& colors, Meaning meaning, int variant) {
    CurveStyle style = baseStyle(colors, meaning);
    if (variant <= 0) return style;

    static const std::array<qreal, 3> shares{0.78, 0.62, 0.5};
    static const std::array<QList<qreal>, 3> dashes{QList<qreal>{12, 2}, QList<qreal>{10, 2, 2, 2}, QList<qreal>{4, 2}};
    const std::size_t i = std::min<std::size_t>(static_cast<std::size_t>(variant - 1), shares.size() - 1);
    style.color = mixed(colors.surface, style.color, shares[i]);
    if (style.dashes.isEmpty() && style.width > 1) style.dashes = style.swatchDashes = dashes[i];
    if (meaning == Meaning::Neutral) {
        // Curves that differ in nothing but what they belong to: their dashes must tell them apart.
        static const std::array<QList<qreal>, 3> patterns{QList<qreal>{}, QList<qreal>{2, 2},
                                                          QList<qreal>{10, 2, 2, 2}};
        style.dashes = style.swatchDashes = patterns[i];
    }
    return style;
}

}  // namespace normscope::widgets
