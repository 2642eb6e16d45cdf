// The quantities of a set of formulas, and what each is made of.
#pragma once

#include "widgets/theme/CurveStyle.h"

#include <QSet>
#include <QString>
#include <QStringList>

#include <map>
#include <optional>
#include <vector>

namespace normscope::widgets {

/// One symbol with the number it stands for now.
struct FormulaTerm {
    QString symbol;
    double value = 0;
    QString help;                    ///< in one sentence
    QStringList madeOf;              ///< keys of what it follows from directly
    std::optional<Meaning> meaning;  ///< its colour and line style
    bool edited = false;             ///< the user set the value
};

/// 5 significant digits; whole numbers up to seven digits in full; "NaN", "∞".
QString shortDigits(double value);
/// All digits: what reads back to the same double.
QString allDigits(double value);

/// By key. A value.
class FormulaTerms {
   public:
    void add(const QString& key, FormulaTerm term) { m_terms.insert_or_assign(key, std::move(term)); }
    bool contains(const QString& key) const { return m_terms.contains(key); }
    const FormulaTerm& at(const QString& key) const { return m_terms.at(key); }
    const std::map<QString, FormulaTerm>& all() const { return m_terms; }

    /// The term itself and everything that follows from it.
    QSet<QString> followers(const QString& key) const;
    /// What the term is made of directly.
    QSet<QString> ingredients(const QString& key) const;
    /// Symbol, help, all digits, and the digits of the nearest float if it is another.
    QString toolTip(const QString& key) const;

   private:
    std::map<QString, FormulaTerm> m_terms;
};

}  // namespace normscope::widgets
