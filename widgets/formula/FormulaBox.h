// A formula as a tree of boxes.
#pragma once

#include <QString>

#include <initializer_list>
#include <vector>

namespace normscope::widgets {

/// How parts stand to each other.
struct FormulaBox {
    enum class Kind {
        Text,      ///< an operator or a bracket
        Term,      ///< a symbol with its number below; `text` is its key
        Row,       ///< one beside the other
        Fraction,  ///< two parts, one above the other
        Root,      ///< one part under a root
        Gap,       ///< room between two formulas
    };
    Kind kind = Kind::Text;
    QString text;
    std::vector<FormulaBox> parts;
};

inline FormulaBox text(const QString& words) {
    return {FormulaBox::Kind::Text, words, {}};
}
inline FormulaBox term(const char* key) {
    return {FormulaBox::Kind::Term, QString::fromLatin1(key), {}};
}
inline FormulaBox row(std::initializer_list<FormulaBox> parts) {
    return {FormulaBox::Kind::Row, {}, parts};
}
inline FormulaBox fraction(FormulaBox above, FormulaBox below) {
    return {FormulaBox::Kind::Fraction, {}, {std::move(above), std::move(below)}};
}
inline FormulaBox root(FormulaBox inside) {
    return {FormulaBox::Kind::Root, {}, {std::move(inside)}};
}
inline FormulaBox gap() {
    return {FormulaBox::Kind::Gap, {}, {}};
}

}  // namespace normscope::widgets
