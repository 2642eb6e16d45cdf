// Batch against running and exact statistics, γ and β, train against eval mode, loss, accuracy.
#pragma once

#include "app/models/ExactStatistics.h"
#include "app/pages/Page.h"
#include "widgets/channels/ChannelSelector.h"
#include "widgets/plots/SeriesPlot.h"

class QPushButton;

namespace normscope::widgets {
class ChoiceField;
}

namespace normscope::app {

/// Live for the selected layer and channels. The plots share zoom and cursor. Exact statistics are measured through the
/// feed, when asked for and every so many steps.
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
    widgets::ChoiceField* smoothField() const { return m_smooth; }
    widgets::ChoiceField* everyField() const { return m_every; }
    QPushButton* computeButton() const { return m_compute; }
    ExactStatistics& exact() { return m_exact; }
    std::vector<std::pair<QString, widgets::PlotCard*>> plots() const override;

   protected:
    void refresh() override;

   private:
    std::vector<widgets::SeriesPlot*> seriesPlots() const;
    void build();
    void buildFields();
    void explain();
    void connectExact();
    void showComputing(double share);
    void showLoss();
    void linkPlots();
    void startRun();
    void showLayer();
    void showNoLayer();
    void showChannels();
    void showModes();
    void showEvents();
    /// Adds one curve for each selected channel that the run records the statistic for, with a smoothed one over it
    /// if that is wanted.
    void addChannelCurves(std::vector<widgets::Curve>& curves, telemetry::Statistic statistic, const QString& name,
                          widgets::Meaning meaning, bool smooths = false) const;
    /// The same for what is measured: nothing before the first time.
    void addExactCurves(std::vector<widgets::Curve>& curves, telemetry::Statistic statistic) const;
    double halfLife() const;

    ExactStatistics m_exact;
    widgets::ChannelSelector* m_channels;
    widgets::ChoiceField* m_smooth;
    widgets::ChoiceField* m_every;
    QPushButton* m_compute;
    widgets::SeriesPlot* m_mean;
    widgets::SeriesPlot* m_variance;
    widgets::SeriesPlot* m_affine;
    widgets::SeriesPlot* m_modes;
    widgets::SeriesPlot* m_loss;
    widgets::SeriesPlot* m_accuracy;
};

}  // namespace normscope::app
