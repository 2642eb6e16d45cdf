// Distributions at several steps, one behind the other.
#pragma once

#include "widgets/plots/HoverChart.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace normscope::widgets {

/// The distribution at one step.
struct RidgeRow {
    std::int64_t step = 0;
    double lower = 0;
    double width = 1;            ///< of a bin
    std::vector<double> shares;  ///< by bin
    double batchMean = 0;
    std::optional<double> runningMean = {};
    std::int64_t notFinite = 0;  ///< values that are in no bin
};

/// The oldest step at the top. Each distribution is scaled to its own peak, so that its shape can be seen; the means
/// are joined by lines. Hovering, or the arrow keys, tells the numbers of a step.
class RidgePlot : public HoverChart {
    Q_OBJECT

   public:
    explicit RidgePlot(Theme& theme, QWidget* parent = nullptr);

    /// In ascending order of steps.
    void setRows(std::vector<RidgeRow> rows);
    const std::vector<RidgeRow>& rows() const { return m_rows; }

    /// One row a bin: step, from, to, share, and the step's means.
    QByteArray csv() override;

   protected:
    void draw() override;
    bool isEmpty() const override { return m_rows.empty(); }
    void hoverAt(const QPointF& at) override;
    void hoverEnded() override;
    bool keyPressed(int key, Qt::KeyboardModifiers modifiers) override;

   private:
    /// Height of the base line of a row.
    double base(std::size_t row) const { return double(m_rows.size() - 1 - row); }
    void drawRow(std::size_t row);
    void drawMeans();
    void labelSteps();
    void showRow(std::size_t row);

    std::vector<RidgeRow> m_rows;
    double m_offset = 0;
    int m_row = -1;
};

}  // namespace normscope::widgets
