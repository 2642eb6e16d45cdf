#include "widgets/theme/ThemeColors.h"

#include <algorithm>
#include <cmath>

namespace normscope::widgets {
namespace {

qreal linearized(float channel) {
    return channel <= 0.04045F ? qreal(channel) / 12.92 : std::pow((qreal(channel) + 0.055) / 1.055, 2.4);
}

qreal luminance(const QColor& color) {
    return 0.2126 * linearized(color.redF()) + 0.7152 * linearized(color.greenF()) + 0.0722 * linearized(color.blueF());
}

}  // namespace

const ThemeColors& themeColors(ColorScheme scheme) {
    static const ThemeColors light{.background = QColor(0xF4F5F8),
                                   .surface = QColor(0xFFFFFF),
                                   .sunken = QColor(0xF8F9FB),
                                   .border = QColor(0xDFE3EA),
                                   .text = QColor(0x171B21),
                                   .muted = QColor(0x4A5361),
                                   .faint = QColor(0x626B78),
                                   .grid = QColor(0xEDF0F4),
                                   .accent = QColor(0x3B5BDB),
                                   .accentBackground = QColor(0xE8EDFF),
                                   .accentText = QColor(0xFFFFFF),
                                   .batch = QColor(0xD98200),
                                   .running = QColor(0x0072B2),
                                   .exact = QColor(0x171B21),
                                   .gamma = QColor(0x008A63),
                                   .beta = QColor(0xB4508E),
                                   .good = QColor(0x1A7F4B),
                                   .warn = QColor(0xB54708),
                                   .warnBackground = QColor(0xFFF4E5)};
    static const ThemeColors dark{.background = QColor(0x12151A),
                                  .surface = QColor(0x1A1E25),
                                  .sunken = QColor(0x161A20),
                                  .border = QColor(0x2A303A),
                                  .text = QColor(0xE9ECF1),
                                  .muted = QColor(0xA9B3C1),
                                  .faint = QColor(0x8D98A8),
                                  .grid = QColor(0x232933),
                                  .accent = QColor(0x8FA5FF),
                                  .accentBackground = QColor(0x232C4D),
                                  .accentText = QColor(0x10131A),
                                  .batch = QColor(0xF0A431),
                                  .running = QColor(0x56B4E9),
                                  .exact = QColor(0xE9ECF1),
                                  .gamma = QColor(0x35C796),
                                  .beta = QColor(0xDE8DBF),
                                  .good = QColor(0x4CC38A),
                                  .warn = QColor(0xF5A65B),
                                  .warnBackground = QColor(0x33261A)};
    static const ThemeColors contrast{.background = QColor(0x000000U),
                                      .surface = QColor(0x000000U),
                                      .sunken = QColor(0x0A0A0A),
                                      .border = QColor(0x9A9A9A),
                                      .text = QColor(0xFFFFFF),
                                      .muted = QColor(0xE6E6E6),
                                      .faint = QColor(0xCCCCCC),
                                      .grid = QColor(0x3C3C3C),
                                      .accent = QColor(0xFFE24D),
                                      .accentBackground = QColor(0x332B00),
                                      .accentText = QColor(0x000000U),
                                      .batch = QColor(0xFFB000),
                                      .running = QColor(0x6EC6FF),
                                      .exact = QColor(0xFFFFFF),
                                      .gamma = QColor(0x3DF0B0),
                                      .beta = QColor(0xFF9FD6),
                                      .good = QColor(0x3DF0B0),
                                      .warn = QColor(0xFFB35C),
                                      .warnBackground = QColor(0x3A1E00)};
    switch (scheme) {
        case ColorScheme::Light: return light;
        case ColorScheme::Dark: return dark;
        case ColorScheme::HighContrast: return contrast;
    }
    return light;
}

QColor mixed(const QColor& under, const QColor& over, qreal share) {
    const auto channel = [share](int below, int above) { return int(std::lround(below + (above - below) * share)); };
    return {channel(under.red(), over.red()), channel(under.green(), over.green()), channel(under.blue(), over.blue())};
}

qreal contrastRatio(const QColor& a, const QColor& b) {
    const auto [darker, lighter] = std::minmax({luminance(a), luminance(b)});
    return (lighter + 0.05) / (darker + 0.05);
}

}  // namespace normscope::widgets
