#include "widgets/plots/PlotLegend.h"

#include "widgets/plots/LegendEntry.h"

#include <algorithm>

namespace normscope::widgets {

PlotLegend::PlotLegend(const Theme& theme, QWidget* parent) : QWidget(parent), m_theme(theme) {}

void PlotLegend::setCurves(const std::vector<Curve>& curves) {
    for (LegendEntry* old : m_entries) {
        old->hide();
        old->deleteLater();
    }
    m_entries.clear();
    for (const Curve& curve : curves) {
        auto* entry = new LegendEntry(m_theme, curve, this);
        const int index = int(m_entries.size());
        connect(entry, &LegendEntry::toggled, this, [this, index](bool shown) { emit curveToggled(index, shown); });
        entry->show();
        m_entries.push_back(entry);
    }
    flow(width(), true);
}

int PlotLegend::flow(int width, bool apply) const {
    int x = 0;
    int y = 0;
    for (LegendEntry* entry : m_entries) {
        const int wanted = std::min(entry->sizeHint().width(), std::max(width, 40));
        if (x > 0 && x + wanted > width) {
            x = 0;
            y += LegendEntry::entryHeight(m_theme);
        }
        if (apply) entry->setGeometry(x, y, wanted, LegendEntry::entryHeight(m_theme));
        x += wanted;
    }
    return m_entries.empty() ? 0 : y + LegendEntry::entryHeight(m_theme);
}

int PlotLegend::heightForWidth(int width) const {
    return flow(width, false);
}

void PlotLegend::resizeEvent(QResizeEvent*) {
    flow(width(), true);
}

}  // namespace normscope::widgets
