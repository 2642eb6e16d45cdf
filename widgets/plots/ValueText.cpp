#include "widgets/plots/ValueText.h"

#include <array>
#include <charconv>
#include <cmath>

namespace normscope::widgets {
namespace {

constexpr QChar minus(0x2212);

QString special(double value) {
    if (std::isnan(value)) return QStringLiteral("NaN");
    return value < 0 ? minus + QStringLiteral("∞") : QStringLiteral("∞");
}

}  // namespace

QString exactText(float value) {
    if (!std::isfinite(value)) return special(double(value));
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return QString::fromLatin1(text.data(), end - text.data()).replace(QLatin1Char('-'), minus);
}

QString shortText(double value) {
    if (!std::isfinite(value)) return special(value);
    return QString::number(value, 'g', 4).replace(QLatin1Char('-'), minus);
}

}  // namespace normscope::widgets
