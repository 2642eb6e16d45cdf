#include "widgets/plots/AxisOffset.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace normscope::widgets {
namespace {

constexpr double farAway = 100;  // widths of the range

}  // namespace

double axisOffset(double lower, double upper) {
    const double span = upper - lower;
    const double distance = std::min(std::abs(lower), std::abs(upper));
    if (!(span > 0) || !std::isfinite(span) || lower * upper <= 0 || distance < farAway * span) return 0;
    const double unit = std::pow(10.0, std::floor(std::log10(span)));
    return std::round((lower + upper) / 2 / unit) * unit;
}

QString axisOffsetLabel(double offset) {
    if (offset == 0) return {};
    const QString size = QString::number(std::abs(offset), 'g', 10);
    return offset > 0 ? QCoreApplication::translate("AxisOffset", "value − %1").arg(size)
                      : QCoreApplication::translate("AxisOffset", "value + %1").arg(size);
}

}  // namespace normscope::widgets
