// All channels of the selected layer at once.
#pragma once

#include "app/models/ChannelTable.h"
#include "app/pages/Page.h"
#include "core/instruments/ChannelActivity.h"
#include "widgets/plots/HeatMapPlot.h"
#include "widgets/plots/TrailPlot.h"

class QLabel;

namespace normscope::widgets {
class ChoiceField;
}

namespace normscope::app {

/// Step × channel map of one statistic and a γ–β plane, of the steps recorded; which channels are silent behind the
/// ReLU is measured through the feed. Sorted and filtered as chosen, at the step on view.
class ChannelsPage : public Page {
    Q_OBJECT

   public:
    explicit ChannelsPage(const PageContext& context, QWidget* parent = nullptr);

    /// What the map shows.
    enum class Shown { MeanGap, VarianceGap, BatchMean, RunningMean, BatchVar, RunningVar, Gamma, Beta };

    widgets::HeatMapPlot* map() const { return m_map; }
    widgets::TrailPlot* plane() const { return m_plane; }
    widgets::ChoiceField* statisticField() const { return m_statistic; }
    widgets::ChoiceField* orderField() const { return m_order; }
    widgets::ChoiceField* filterField() const { return m_filter; }
    widgets::ChoiceField* trailField() const { return m_trail; }
    QLabel* summary() const { return m_summary; }
    /// The channels shown, from top to bottom.
    const std::vector<ChannelFacts>& facts() const { return m_facts; }
    std::vector<std::pair<QString, widgets::PlotCard*>> plots() const override;

   protected:
    void refresh() override;

   private:
    void build();
    void buildFields();
    void explain();
    void applyTheme();
    void measureActivity();
    void showAll();
    void showNothing();
    void showMap();
    void showPlane();
    void showSummary(std::size_t all, std::size_t dead);
    void activateChannel(int channel, bool add);
    std::vector<float> cellsOf(ChannelIndex channel, const widgets::StepGrid& grid, std::size_t most) const;
    std::vector<float> resampled(telemetry::Statistic statistic, ChannelIndex channel, const widgets::StepGrid& grid,
                                 std::size_t most) const;
    QString valueAt(ChannelIndex channel, StepIndex step) const;
    QString whyDead(const DeadSigns& dead) const;
    Shown shown() const;
    std::int64_t channelCount() const;
    const instruments::LayerActivity* activity() const;

    widgets::HeatMapPlot* m_map;
    widgets::TrailPlot* m_plane;
    widgets::ChoiceField* m_statistic;
    widgets::ChoiceField* m_order;
    widgets::ChoiceField* m_filter;
    widgets::ChoiceField* m_trail;
    QLabel* m_summary;
    std::vector<ChannelFacts> m_facts;
    instruments::ChannelActivity m_activity;
    std::uint64_t m_activityRun = 0;
};

}  // namespace normscope::app
