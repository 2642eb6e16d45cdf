// Bars side by side: one group a category, one bar a series.
#pragma once

#include "widgets/plots/AxisRanges.h"
#include "widgets/plots/ChartPlot.h"

#include <QStringList>

#include <optional>
#include <vector>

namespace normscope::widgets {

/// One bar of every group.
struct BarSeries {
    QString name;
    Meaning meaning = Meaning::Neutral;
    std::vector<double> values;  ///< one a category; NaN: none (drawn as a note, never as 0)
};

/// Bars from 0. A meaning whose line is dashed has pale bars with an outline, so that colour does not carry it alone.
/// A category can be selected by click or with the arrow keys.
class GroupedBarPlot : public ChartPlot {
    Q_OBJECT

   public:
    explicit GroupedBarPlot(Theme& theme, QWidget* parent = nullptr);

    void setBars(const QStringList& categories, std::vector<BarSeries> series);
    /// What the categories are, for the axis and the first column of the CSV, e.g. "channel".
    void setCategoryName(const QString& name);
    void setSelected(std::optional<int> category);
    /// Writes each value above its bar.
    void setValueLabels(bool shown);
    /// Instead of one that fits the data.
    void setValueRange(std::optional<ValueRange> range);

    const QStringList& categories() const { return m_categories; }
    const std::vector<BarSeries>& series() const { return m_series; }
    std::optional<int> selected() const { return m_selected; }
    /// Names and values of one group, as its tool tip shows them.
    QString groupText(int category) const;
    QByteArray csv() override;

   signals:
    /// The user chose a category.
    void categoryActivated(int category);

   protected:
    void draw() override;
    bool isEmpty() const override { return m_categories.isEmpty() || m_series.empty(); }
    bool eventFilter(QObject* watched, QEvent* event) override;

   private:
    void drawBars();
    void drawNotes();
    void drawSelection();
    void fitRange();
    int labelDistance();
    bool hasSingleBars() const;
    double offsetOf(std::size_t place) const;
    double barWidth() const;
    std::vector<std::size_t> shownSeries() const;
    std::optional<int> categoryAt(const QPointF& at) const;
    void activate(int category);
    void addNote(double x, double y, const QString& text, bool above);

    QStringList m_categories;
    std::vector<BarSeries> m_series;
    QString m_categoryName;
    std::optional<int> m_selected;
    std::optional<ValueRange> m_range;
    bool m_valueLabels = false;
    std::vector<QCPBars*> m_bars;
    std::vector<QCPItemText*> m_notes;
    QCPItemRect* m_selection;
};

}  // namespace normscope::widgets
