#include "widgets/plots/AxisTickers.h"

#include <algorithm>
#include <cmath>

namespace normscope::widgets {
namespace {

constexpr QChar minus(0x2212);

QString withMinus(QString digits) {
    if (digits.startsWith(QLatin1Char('-'))) digits[0] = minus;
    return digits;
}

}  // namespace

double StepTicker::getTickStep(const QCPRange& range) {
    const double step = std::max(1.0, QCPAxisTicker::getTickStep(range));
    return std::max(1.0, std::floor(step + 1e-9));  // 2.5 is no whole step
}

int StepTicker::getSubTickCount(double) {
    return 0;
}

QString StepTicker::getTickLabel(double tick, const QLocale&, QChar, int) {
    QString digits = QString::number(std::llround(tick));
    if (digits.size() < 5) return withMinus(digits);
    for (qsizetype i = digits.size() - 3; i > 0; i -= 3) digits.insert(i, QChar(0x2009));
    return withMinus(digits);
}

double ValueTicker::getTickStep(const QCPRange& range) {
    m_step = QCPAxisTicker::getTickStep(range);
    m_largest = std::max(std::abs(range.lower), std::abs(range.upper));
    m_longest = 0;
    return m_step;
}

int ValueTicker::getSubTickCount(double) {
    return 0;
}

QString ValueTicker::getTickLabel(double tick, const QLocale&, QChar, int) {
    QString label;
    if (std::abs(tick) < m_step * 1e-6) {
        label = QStringLiteral("0");
    } else if (m_largest >= 1e5 || m_step < 1e-4) {
        label = QString::number(tick, 'g', 4);
        label.replace(QStringLiteral("e+0"), QStringLiteral("e")).replace(QStringLiteral("e+"), QStringLiteral("e"));
        label.replace(QStringLiteral("e-0"), QStringLiteral("e-"));
    } else {
        int decimals = std::max(0, int(std::ceil(-std::log10(m_step) - 1e-9)));
        const double scaled = m_step * std::pow(10.0, decimals);
        if (std::abs(scaled - std::round(scaled)) > 1e-6) ++decimals;  // 0.25 and the like
        label = QString::number(tick, 'f', decimals);
    }
    // QCustomPlot writes 2e34 as 2·10³⁴.
    const int spelledOut = label.contains(QLatin1Char('e')) ? 3 : 0;
    m_longest = std::max(m_longest, int(label.size()) + spelledOut);
    return withMinus(label);
}

}  // namespace normscope::widgets
