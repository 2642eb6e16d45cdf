// The legend row of a plot.
#pragma once

#include "widgets/plots/Curve.h"

#include <QWidget>

#include <vector>

namespace normscope::widgets {

class LegendEntry;
class Theme;

/// Entries in reading order, wrapped to the width.
class PlotLegend : public QWidget {
    Q_OBJECT

   public:
    explicit PlotLegend(const Theme& theme, QWidget* parent);

    void setCurves(const std::vector<Curve>& curves);
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;

   signals:
    /// The user showed or hid the curve at `index` of setCurves()'s list.
    void curveToggled(int index, bool shown);

   protected:
    void resizeEvent(QResizeEvent* event) override;

   private:
    /// Places the entries if `apply`; returns the height.
    int flow(int width, bool apply) const;

    const Theme& m_theme;
    std::vector<LegendEntry*> m_entries;
};

}  // namespace normscope::widgets
