// Lying bars, each the sum of its parts.
#pragma once

#include "widgets/plots/ChartPlot.h"

#include <QStringList>

#include <vector>

namespace normscope::widgets {

/// One part of every bar.
struct BarPart {
    QString name;
    Meaning meaning = Meaning::Neutral;
    QString help;                ///< a sentence for the tool tip
    std::vector<double> values;  ///< one a bar; what is below 0 stands left of the axis
};

/// The first bar is on top. A part says its share where there is room.
class StackedBarPlot : public ChartPlot {
    Q_OBJECT

   public:
    explicit StackedBarPlot(Theme& theme, QWidget* parent = nullptr);

    /// `totals` is what the parts of each bar sum to.
    void setBars(const QStringList& names, std::vector<BarPart> parts, std::vector<double> totals);
    const QStringList& names() const { return m_names; }
    const std::vector<BarPart>& parts() const { return m_parts; }
    /// Name, total, parts with shares of one bar, as its tool tip shows them.
    QString barText(int bar) const;
    QByteArray csv() override;

   protected:
    void draw() override;
    bool isEmpty() const override { return m_names.isEmpty(); }
    bool eventFilter(QObject* watched, QEvent* event) override;

   private:
    void drawParts();
    void drawShares();
    /// From the top to the axis coordinate.
    double keyOf(qsizetype bar) const { return double(m_names.size() - 1 - bar); }
    QBrush brushOf(std::size_t part) const;

    QStringList m_names;
    std::vector<BarPart> m_parts;
    std::vector<double> m_totals;
    std::vector<QCPBars*> m_bars;
    std::vector<QCPItemText*> m_shares;
};

}  // namespace normscope::widgets
