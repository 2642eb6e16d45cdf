// Horizontal bars, one for each name.
#pragma once

#include "widgets/plots/ChartPlot.h"

#include <vector>

namespace normscope::widgets {

/// What the bars stand for is one meaning; several sets of bars lie side by side.
class CategoryPlot : public ChartPlot {
    Q_OBJECT

   public:
    /// One value for each category.
    struct BarSet {
        QString name;
        Meaning meaning = Meaning::Neutral;
        std::vector<double> values;
    };

    explicit CategoryPlot(Theme& theme, QWidget* parent = nullptr) : ChartPlot(theme, parent) {}

    /// Each set must have as many values as there are categories; the first category is drawn at the top.
    void setBars(QStringList categories, std::vector<BarSet> sets);
    const QStringList& categories() const { return m_categories; }
    const std::vector<BarSet>& sets() const { return m_sets; }

    QByteArray csv() override;

   protected:
    void draw() override;
    bool isEmpty() const override { return m_categories.isEmpty(); }

   private:
    QStringList m_categories;
    std::vector<BarSet> m_sets;
};

}  // namespace normscope::widgets
