// Texts of the table of settings as Qt wants them.
#pragma once

#include <QCoreApplication>
#include <QString>

#include <string_view>

namespace normscope::widgets {

/// As it is: keys and names of code.
inline QString fromView(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

/// For people: the table's texts are English, translators find them in the context "HyperparameterSpec".
inline QString translatedSpec(std::string_view text) {
    return QCoreApplication::translate("HyperparameterSpec", fromView(text).toUtf8().constData());
}

}  // namespace normscope::widgets
