// How large activations, gradients and updates are, and how far one can trust the gradient.
#pragma once

#include "app/models/ScaleHistory.h"
#include "app/pages/Page.h"
#include "core/instruments/LossLandscape.h"
#include "widgets/plots/LandscapePlot.h"
#include "widgets/plots/MarkerPlot.h"
#include "widgets/plots/SeriesPlot.h"

class QPushButton;

namespace normscope::widgets {
class ChoiceField;
}

namespace normscope::app {

/// Measured through the feed, at its pace, while the page is visible: always on the same batch of training images, so
/// that only the network changes from step to step. The loss along the gradient on demand, and whenever the run stands
/// still.
class GradientsPage : public Page {
    Q_OBJECT

   public:
    /// Points of the loss along the gradient; η = 0 is one of them.
    static constexpr int landscapePoints = 26;

    explicit GradientsPage(const PageContext& context, QWidget* parent = nullptr);

    widgets::MarkerPlot* scalePlot() const { return m_scale; }
    widgets::MarkerPlot* updatePlot() const { return m_update; }
    widgets::SeriesPlot* historyPlot() const { return m_history; }
    widgets::SeriesPlot* gradientPlot() const { return m_gradient; }
    widgets::MarkerPlot* saturationPlot() const { return m_saturation; }
    widgets::LandscapePlot* landscapePlot() const { return m_landscape; }
    widgets::ChoiceField* historyField() const { return m_shown; }
    widgets::ChoiceField* reachField() const { return m_reach; }
    QPushButton* measureButton() const { return m_measure; }
    const ScaleHistory& scales() const { return m_scales; }
    /// Layers drawn over the steps, oldest choice first.
    const std::vector<LayerIndex>& chosenLayers() const { return m_chosen; }
    std::vector<std::pair<QString, widgets::PlotCard*>> plots() const override;

    /// −reach/4 … reach in equal parts, with 0 among them exactly.
    static std::vector<double> landscapeSteps(double reach);

   public slots:
    /// The loss along the gradient at the step on view.
    void measureLandscape();

   protected:
    void refresh() override;

   private:
    void build();
    void buildFields();
    void explain();
    void linkSeriesPlots();
    void startRun();
    void measureScales();
    void chooseAtFirst();
    void toggleLayer(int layer);
    void showScales();
    void showHistory();
    void showLandscape(const instruments::LossLandscape& found, double learningRate, StepIndex step);
    std::vector<widgets::Curve> curvesOf(telemetry::Statistic statistic) const;

    ScaleHistory m_scales;
    std::vector<LayerIndex> m_chosen;
    widgets::MarkerPlot* m_scale;
    widgets::MarkerPlot* m_update;
    widgets::SeriesPlot* m_history;
    widgets::SeriesPlot* m_gradient;
    widgets::MarkerPlot* m_saturation;
    widgets::LandscapePlot* m_landscape;
    widgets::ChoiceField* m_shown = nullptr;
    widgets::ChoiceField* m_reach = nullptr;
    QPushButton* m_measure = nullptr;
};

}  // namespace normscope::app
