// Batch against running statistics, γ and β, train against eval mode, loss, accuracy.
#pragma once

#include "app/pages/Page.h"
#include "widgets/channels/ChannelSelector.h"
#include "widgets/plots/SeriesPlot.h"

namespace normscope::app {

/// Live for the selected layer and channels. The plots share zoom and cursor.
class StatisticsPage : public Page {
    Q_OBJECT

   public:
    explicit StatisticsPage(const PageContext& context, QWidget* parent = nullptr);

    widgets::ChannelSelector* channelSelector() const { return m_channels; }
    widgets::SeriesPlot* meanPlot() const { return m_mean; }
    widgets::SeriesPlot* variancePlot() const { return m_variance; }
    widgets::SeriesPlot* affinePlot() const { return m_affine; }
    widgets::SeriesPlot* modePlot() const { return m_modes; }
    widgets::SeriesPlot* lossPlot() const { return m_loss; }
    widgets::SeriesPlot* accuracyPlot() const { return m_accuracy; }
    std::vector<std::pair<QString, widgets::PlotCard*>> plots() const override;

   protected:
    void refresh() override;

   private:
    std::vector<widgets::SeriesPlot*> seriesPlots() const;
    void build();
    void linkPlots();
    void startRun();
    void showLayer();
    void showNoLayer();
    void showChannels();
    void showModes();
    void showEvents();
    /// Adds one curve for each selected channel that the run records the statistic for.
    void addChannelCurves(std::vector<widgets::Curve>& curves, telemetry::Statistic statistic, const QString& name,
                          widgets::Meaning meaning) const;

    widgets::ChannelSelector* m_channels;
    widgets::SeriesPlot* m_mean;
    widgets::SeriesPlot* m_variance;
    widgets::SeriesPlot* m_affine;
    widgets::SeriesPlot* m_modes;
    widgets::SeriesPlot* m_loss;
    widgets::SeriesPlot* m_accuracy;
};

}  // namespace normscope::app
