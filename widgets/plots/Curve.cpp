#include "widgets/plots/Curve.h"

#include "widgets/theme/Theme.h"

namespace normscope::widgets {

CurveStyle styleOf(const Theme& theme, const Curve& curve) {
    CurveStyle style = theme.curveStyle(curve.meaning, curve.variant);
    if (curve.halfLife > 0) {
        style.width = 2.2;
        // Thick, so it needs no paleness to be told from what lies under it.
        if (curve.variant == 0 && curve.meaning == Meaning::Batch) style.color = theme.colors().batch;
        if (curve.meaning == Meaning::Loss) style.color = theme.colors().muted;
        style.swatchDashes = style.dashes;
    } else if (curve.underSmoothed) {
        style.width = 1;
        style.color = mixed(theme.colors().surface, style.color, 0.5);
    }
    return style;
}

}  // namespace normscope::widgets
