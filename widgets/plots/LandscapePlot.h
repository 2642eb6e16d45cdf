// The loss along the gradient direction.
#pragma once

#include "widgets/plots/HoverChart.h"

#include <vector>

namespace normscope::widgets {

class CurveGraph;

/// At w − η·g.
struct LandscapeSample {
    double step = 0;  ///< η
    double loss = 0;
    double difference = 0;  ///< ‖∇L(w − η·g) − g‖ / ‖g‖
};

/// Loss (left axis) and how far the gradient has turned away (right axis) over η. A line marks η = 0, where the network
/// stands, another the learning rate of the run.
class LandscapePlot : public HoverChart {
    Q_OBJECT

   public:
    explicit LandscapePlot(Theme& theme, QWidget* parent = nullptr);

    /// In order of η. Values that are not finite leave a gap.
    void setSamples(std::vector<LandscapeSample> samples, double learningRate);
    const std::vector<LandscapeSample>& samples() const { return m_samples; }
    QPointF pixelOf(int index) const;

    QByteArray csv() override;

   protected:
    void draw() override;
    bool isEmpty() const override;
    void hoverAt(const QPointF& at) override;
    bool keyPressed(int key, Qt::KeyboardModifiers modifiers) override;

   private:
    void applyTheme();
    void pointAt(int index);
    void fill(CurveGraph* graph, double LandscapeSample::*value, std::size_t legend);

    std::vector<LandscapeSample> m_samples;
    double m_learningRate = 0;
    int m_current = -1;
    CurveGraph* m_loss;
    CurveGraph* m_difference;
    QCPItemStraightLine* m_here;
    QCPItemStraightLine* m_rate;
    QCPItemText* m_rateText;
};

}  // namespace normscope::widgets
