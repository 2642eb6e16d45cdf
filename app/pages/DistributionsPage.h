// How the values of channels are distributed on their way through a norm layer.
#pragma once

#include "app/pages/Page.h"
#include "app/pages/RidgeHistory.h"
#include "core/instruments/NormDistributions.h"
#include "widgets/channels/ChannelSelector.h"
#include "widgets/controls/ChoiceField.h"
#include "widgets/plots/HistogramPlot.h"
#include "widgets/plots/RidgePlot.h"

#include <QLabel>
#include <QPushButton>

#include <array>

namespace normscope::app {

/// Four histograms of one batch, and the distribution of x over the steps. Measured while the page is visible.
class DistributionsPage : public Page {
    Q_OBJECT

   public:
    explicit DistributionsPage(const PageContext& context, QWidget* parent = nullptr);

    widgets::ChannelSelector* channelSelector() const { return m_channels; }
    widgets::HistogramPlot* histogram(instruments::NormStage stage) const {
        return m_histograms[static_cast<std::size_t>(stage)];
    }
    widgets::RidgePlot* ridgePlot() const { return m_ridge; }
    widgets::ChoiceField* imagesChoice() const { return m_images; }
    widgets::ChoiceField* modeChoice() const { return m_mode; }
    widgets::ChoiceField* scopeChoice() const { return m_scope; }
    QPushButton* replayButton() const { return m_replay; }
    std::vector<std::pair<QString, widgets::PlotCard*>> plots() const override;

   protected:
    void refresh() override;

   private:
    /// What is measured; another one makes the history one of something else.
    struct Subject {
        std::uint64_t run = 0;
        LayerIndex layer;
        std::vector<ChannelIndex> channels;  ///< none: the whole layer
        bool heldOut = false;
        nn::Mode mode = nn::Mode::train;
        friend bool operator==(const Subject&, const Subject&) = default;
    };
    struct Result {
        Subject subject;
        StepIndex step;
        std::int64_t images = 0;
        std::string activation;
        bool behindSum = false;
        instruments::NormDistributions distributions;
    };

    void build();
    QWidget* buildOptions();
    void explain();
    void applyTheme();
    void showSelection();
    void showNoLayer();
    std::optional<Subject> subject() const;
    /// On the feed's thread.
    static Result measure(const Subject& subject, Experiment& experiment, ThreadPool& pool);
    static widgets::RidgeRow ridgeRow(const Result& result);
    void show(const Result& result);
    void replay();
    void endReplay();

    widgets::ChannelSelector* m_channels;
    widgets::ChoiceField* m_images = nullptr;
    widgets::ChoiceField* m_mode = nullptr;
    widgets::ChoiceField* m_scope = nullptr;
    QPushButton* m_replay = nullptr;
    QLabel* m_state = nullptr;
    std::array<widgets::HistogramPlot*, 4> m_histograms{};
    widgets::RidgePlot* m_ridge;
    RidgeHistory m_history;
    Subject m_shown;
    QObject m_replaying;  ///< asks for the replay, so that the page's own questions do not replace it
};

}  // namespace normscope::app
