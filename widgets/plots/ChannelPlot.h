// One value for each channel of a layer.
#pragma once

#include "widgets/plots/ChartPlot.h"

#include <set>
#include <vector>

namespace normscope::widgets {

/// Stems from 0 (or from the axis, on a logarithmic scale) with a dot at the value. Channels that somebody should look
/// at wear a ring; values that are not finite stand as crosses at the upper edge.
class ChannelPlot : public ChartPlot {
    Q_OBJECT

   public:
    explicit ChannelPlot(Theme& theme, QWidget* parent = nullptr);

    void setValues(std::vector<double> values, Meaning meaning, std::set<int> marked = {});
    const std::vector<double>& values() const { return m_values; }
    const std::set<int>& marked() const { return m_marked; }
    /// For variances, which spread over powers of ten. Values that are not positive are then drawn as not finite.
    void setLogarithmic(bool logarithmic);

    QByteArray csv() override;

   signals:
    void channelClicked(int channel);

   protected:
    void draw() override;
    bool isEmpty() const override { return m_values.empty(); }

   private:
    bool isDrawable(double value) const;
    void addDots(const QVector<double>& channels, const QVector<double>& values, const QCPScatterStyle& style);

    std::vector<double> m_values;
    std::set<int> m_marked;
    Meaning m_meaning = Meaning::Neutral;
    bool m_logarithmic = false;
};

}  // namespace normscope::widgets
