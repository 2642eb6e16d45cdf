#include "widgets/formula/FormulaTerms.h"

#include "widgets/plots/CsvNumber.h"

#include <QCoreApplication>

#include <cmath>

namespace normscope::widgets {
namespace {

constexpr double longestWhole = 1e7;

QString withMinus(QString text) {
    return text.replace(QLatin1Char('-'), QChar(0x2212));
}

}  // namespace

QString shortDigits(double value) {
    if (std::isnan(value)) return QStringLiteral("NaN");
    if (std::isinf(value)) return value < 0 ? QStringLiteral("−∞") : QStringLiteral("∞");
    if (value == std::round(value) && std::abs(value) < longestWhole) return withMinus(QString::number(value, 'f', 0));
    QString text = QString::number(value, 'g', 5);
    text.replace(QStringLiteral("e-0"), QStringLiteral("e-")).replace(QStringLiteral("e+0"), QStringLiteral("e"));
    return withMinus(text.replace(QStringLiteral("e+"), QStringLiteral("e")));
}

QString allDigits(double value) {
    return QString::fromLatin1(csvNumber(value));
}

QSet<QString> FormulaTerms::followers(const QString& key) const {
    QSet<QString> found;
    if (!contains(key)) return found;
    found.insert(key);
    for (bool grew = true; grew;) {
        grew = false;
        for (const auto& [name, term] : m_terms) {
            if (found.contains(name)) continue;
            for (const QString& part : term.madeOf) {
                if (!found.contains(part)) continue;
                found.insert(name);
                grew = true;
                break;
            }
        }
    }
    return found;
}

QSet<QString> FormulaTerms::ingredients(const QString& key) const {
    if (!contains(key)) return {};
    const QStringList& parts = at(key).madeOf;
    return {parts.begin(), parts.end()};
}

QString FormulaTerms::toolTip(const QString& key) const {
    const FormulaTerm& term = at(key);
    QString text = QStringLiteral("%1 = %2\n%3").arg(term.symbol, allDigits(term.value), term.help);
    const auto nearest = static_cast<double>(static_cast<float>(term.value));
    if (nearest != term.value && std::isfinite(term.value)) {
        text += QLatin1Char('\n') +
                QCoreApplication::translate("FormulaTerms", "nearest float: %1").arg(allDigits(nearest));
    }
    if (term.edited) text += QLatin1Char('\n') + QCoreApplication::translate("FormulaTerms", "edited");
    return text;
}

}  // namespace normscope::widgets
