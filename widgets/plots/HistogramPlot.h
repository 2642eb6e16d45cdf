// Histograms with distributions drawn over them.
#pragma once

#include "widgets/plots/HoverChart.h"

#include <QStringList>

#include <vector>

namespace normscope::widgets {

/// What a HistogramPlot shows. All bars and curves share the bins.
struct HistogramContent {
    struct Bars {
        QString name;
        Meaning meaning = Meaning::Loss;
        int variant = 0;
        std::vector<double> shares;        ///< of the values, by bin; 0 … 1
        std::vector<std::int64_t> counts;  ///< the same as numbers of values; may be empty
    };
    struct Expected {
        QString name;
        Meaning meaning = Meaning::Neutral;
        int variant = 0;
        std::vector<double> shares;  ///< by bin
    };

    double lower = 0;  ///< of the first bin
    double width = 1;  ///< of each
    std::vector<Bars> bars;
    std::vector<Expected> expected;
    QStringList remarks;   ///< lines in a corner of the plot
    QStringList warnings;  ///< the same, to be noticed
};

/// One histogram is filled, several are outlines. Hovering, or the arrow keys, tells the numbers of a bin.
class HistogramPlot : public HoverChart {
    Q_OBJECT

   public:
    explicit HistogramPlot(Theme& theme, QWidget* parent = nullptr);

    void setContent(HistogramContent content);
    const HistogramContent& content() const { return m_content; }
    /// Nothing to show, and why.
    void clear(const QString& reason);

    /// "from,to" and a column for each histogram and distribution; remarks are left out.
    QByteArray csv() override;

   protected:
    void draw() override;
    bool isEmpty() const override { return m_content.bars.empty(); }
    void hoverAt(const QPointF& at) override;
    void hoverEnded() override;
    bool keyPressed(int key, Qt::KeyboardModifiers modifiers) override;

   private:
    std::size_t binCount() const { return m_content.bars.empty() ? 0 : m_content.bars.front().shares.size(); }
    double edge(std::size_t bin) const { return m_content.lower + m_content.width * double(bin) - m_offset; }
    bool isShown(std::size_t legendIndex) const;
    void drawBars(const HistogramContent::Bars& bars, bool filled);
    void drawExpected(const HistogramContent::Expected& expected);
    /// Puts them into a corner; returns what the axis must reach for nothing to lie under them.
    double placeRemarks(const std::vector<double>& heights);
    void showBin(std::size_t bin);

    HistogramContent m_content;
    double m_offset = 0;
    int m_bin = -1;  ///< under the keyboard's cursor or the mouse
    QCPItemText* m_remarks;
    QCPItemText* m_warnings;
};

}  // namespace normscope::widgets
