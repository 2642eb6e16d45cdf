// One value, or several, for each of a row of named things: layers, parameter tensors.
#pragma once

#include "widgets/plots/HoverChart.h"

#include <optional>
#include <vector>

namespace normscope::widgets {

class MarkerItem;

/// One kind of value, with its looks: the meaning's colour, and a marker of its own.
struct MarkerSeries {
    QString name;
    Meaning meaning = Meaning::Neutral;
    std::vector<double> values;  ///< one a category; NaN: none
};

/// Dots over the names, in their order, joined by a thin line; on a logarithmic axis what is 0 or below stands at the
/// lower edge with an open marker, what is not finite at the upper edge as a cross. A click or Enter activates a
/// category.
class MarkerPlot : public HoverChart {
    Q_OBJECT

   public:
    explicit MarkerPlot(Theme& theme, QWidget* parent = nullptr);

    void setLogarithmic(bool on);
    /// Linear axes only: a range of its own, e.g. 0 … 1 for shares.
    void setValueRange(double lower, double upper);
    void setData(std::vector<QString> categories, std::vector<MarkerSeries> series);
    /// Drawn as chosen: their names in the accent colour, with a band behind them.
    void setChosen(std::vector<int> categories);
    const std::vector<QString>& categories() const { return m_categories; }
    const std::vector<MarkerSeries>& series() const { return m_series; }
    QPointF pixelOf(int category, int series) const;

    QByteArray csv() override;

   signals:
    void categoryActivated(int category);

   protected:
    void draw() override;
    bool isEmpty() const override;
    void hoverAt(const QPointF& at) override;
    void clickedAt(const QPointF& at, Qt::KeyboardModifiers modifiers) override;
    bool keyPressed(int key, Qt::KeyboardModifiers modifiers) override;

   private:
    friend class MarkerItem;
    bool isShown(std::size_t series) const;
    /// Coordinate on the value axis; nothing if it has none there.
    std::optional<double> coordinateOf(double value) const;
    void findRange();
    void labelCategories();
    void pointAt(int category);
    int categoryAt(const QPointF& at) const;

    std::vector<QString> m_categories;
    std::vector<MarkerSeries> m_series;
    std::vector<int> m_chosen;
    bool m_logarithmic = false;
    std::optional<QCPRange> m_fixed;
    int m_current = -1;
    MarkerItem* m_item;
};

}  // namespace normscope::widgets
