// The colour tables of the window. A colour has one meaning everywhere, or is neutral.
#pragma once

#include <QColor>

namespace normscope::widgets {

enum class ColorScheme { Light, Dark, HighContrast };

/// Colours by role. Text, muted, faint, accent and warn keep 4.5 : 1 on every surface, 7 : 1 with high contrast (WCAG).
/// Batch, running, γ and β are from the Okabe–Ito palette, safe for colour-blind eyes.
struct ThemeColors {
    QColor background;        ///< behind the cards
    QColor surface;           ///< cards, panels, bars
    QColor sunken;            ///< fields, quiet blocks
    QColor border;            ///< 1 px lines around and between surfaces
    QColor text;              ///< what is read
    QColor muted;             ///< what is read second
    QColor faint;             ///< captions, ticks, units
    QColor grid;              ///< lines inside a plot
    QColor accent;            ///< what can be touched, and what is selected
    QColor accentBackground;  ///< behind something selected
    QColor accentText;        ///< text on accent
    QColor batch;
    QColor running;
    QColor exact;
    QColor gamma;
    QColor beta;
    QColor good;
    QColor warn;
    QColor warnBackground;
};

const ThemeColors& themeColors(ColorScheme scheme);

/// `share` of `over` laid on `under`, opaque. Opaque pens draw much faster than translucent ones.
QColor mixed(const QColor& under, const QColor& over, qreal share);

/// WCAG contrast ratio of two opaque colours, 1 … 21.
qreal contrastRatio(const QColor& a, const QColor& b);

}  // namespace normscope::widgets
