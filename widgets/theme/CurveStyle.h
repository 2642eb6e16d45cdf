// The one table of how a curve looks: meaning → colour, width and dashes, never colour alone.
#pragma once

#include "widgets/theme/ThemeColors.h"

#include <QList>
#include <QPen>

namespace normscope::widgets {

/// What a curve stands for.
enum class Meaning {
    Batch,      ///< thin, noisy, orange; dotted in the legend
    Running,    ///< calm, solid, blue
    Exact,      ///< population statistics: dashed, text colour
    Gamma,      ///< solid green
    Beta,       ///< dashed reddish purple
    TrainMode,  ///< dashed orange
    EvalMode,   ///< solid blue
    Loss,       ///< thin, faint
    Neutral,    ///< dashed, text colour: a curve with no meaning of its own
    Quiet,      ///< dotted, muted: a second neutral one
};

/// Colour, width and dashes of a line; lengths in logical pixels.
struct CurveStyle {
    QColor color;
    qreal width = 1;
    QList<qreal> dashes;        ///< on, off, … in pixels; empty is solid
    QList<qreal> swatchDashes;  ///< the same for the legend's swatch

    /// A solid pen; the graph cuts the dashes itself because QPainter's dasher is slow.
    QPen pen() const;
    QPen swatchPen() const;
};

/// `variant` 0 is the style itself; 1, 2, 3 are lighter and dashed differently, for further channels.
CurveStyle curveStyle(const ThemeColors& colors, Meaning meaning, int variant = 0);

}  // namespace normscope::widgets
