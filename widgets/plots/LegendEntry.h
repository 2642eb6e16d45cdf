// One curve in a legend.
#pragma once

#include "widgets/plots/Curve.h"

#include <QAbstractButton>

namespace normscope::widgets {

class Theme;

/// Swatch and name; checked while the curve is shown. Click or Space toggles.
class LegendEntry : public QAbstractButton {
    Q_OBJECT

   public:
    LegendEntry(const Theme& theme, const Curve& curve, QWidget* parent);

    QSize sizeHint() const override;
    /// Swatch and name into `area`, for the screen and for exported pictures.
    static void paintEntry(QPainter& painter, const QRectF& area, const Theme& theme, const Curve& curve, bool shown);
    /// Width that paintEntry() needs.
    static int entryWidth(const Theme& theme, const Curve& curve);

    static constexpr int height = 20;  ///< at scale 1
    static int entryHeight(const Theme& theme);

   protected:
    void paintEvent(QPaintEvent* event) override;

   private:
    const Theme& m_theme;
    Curve m_curve;
};

}  // namespace normscope::widgets
