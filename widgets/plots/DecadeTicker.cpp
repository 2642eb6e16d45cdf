#include "widgets/plots/DecadeTicker.h"

#include <algorithm>
#include <cmath>

namespace normscope::widgets {
namespace {

/// `digits` as superscripts.
QString raised(int number) {
    static const QString superscripts = QStringLiteral("⁰¹²³⁴⁵⁶⁷⁸⁹");
    QString text = number < 0 ? QStringLiteral("⁻") : QString();
    for (const QChar digit : QString::number(std::abs(number))) text += superscripts[digit.digitValue()];
    return text;
}

/// Logarithms of round values, equally far from each other in value.
QVector<double> roundValues(const QCPRange& range) {
    const double lower = std::pow(10.0, range.lower);
    const double upper = std::pow(10.0, range.upper);
    const double rough = (upper - lower) / 4;
    const double unit = std::pow(10.0, std::floor(std::log10(rough)));
    const double share = rough / unit;
    const double step = unit * (share < 1.5 ? 1 : share < 3.5 ? 2 : share < 7.5 ? 5 : 10);
    QVector<double> ticks;
    for (double value = std::ceil(lower / step) * step; value <= upper * (1 + 1e-12); value += step) {
        if (value > 0) ticks.append(std::log10(value));
    }
    return ticks;
}

}  // namespace

QString DecadeTicker::labelOf(double logarithm) {
    const double power = std::round(logarithm);
    const bool isPower = std::abs(logarithm - power) < 1e-9;
    if (isPower && std::abs(power) > 3) return QStringLiteral("10") + raised(int(power));
    const double value = std::pow(10.0, logarithm);
    if (std::abs(logarithm) < 4) return QString::number(value, 'g', 4);
    const double mantissa = value / std::pow(10.0, std::floor(logarithm + 1e-9));
    return QString::number(mantissa, 'g', 3) + QStringLiteral("·10") + raised(int(std::floor(logarithm + 1e-9)));
}

QVector<double> DecadeTicker::createTickVector(double, const QCPRange& range) {
    QVector<double> ticks;
    m_longest = 0;
    if (!std::isfinite(range.lower) || !std::isfinite(range.upper) || range.size() <= 0) return ticks;
    if (range.size() >= 2) {
        const double step = std::max(1.0, std::ceil(range.size() / std::max(1, tickCount()) - 1e-9));
        for (double tick = std::ceil(range.lower / step) * step; tick <= range.upper; tick += step) ticks.append(tick);
    } else if (range.size() >= 0.7) {
        for (double decade = std::floor(range.lower); decade <= range.upper; ++decade) {
            for (const double factor : {1.0, 2.0, 5.0}) ticks.append(decade + std::log10(factor));
        }
    } else {
        ticks = roundValues(range);
    }
    return ticks;
}

int DecadeTicker::getSubTickCount(double) {
    return 0;
}

QString DecadeTicker::getTickLabel(double tick, const QLocale&, QChar, int) {
    const QString label = labelOf(tick);
    m_longest = std::max(m_longest, int(label.size()));
    return label;
}

}  // namespace normscope::widgets
