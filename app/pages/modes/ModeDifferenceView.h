// How far train mode and eval mode are apart, and why.
#pragma once

#include "app/pages/Page.h"
#include "app/pages/modes/ModeReport.h"
#include "widgets/pictures/PictureCard.h"
#include "widgets/plots/GroupedBarPlot.h"
#include "widgets/plots/StackedBarPlot.h"

#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>

#include <optional>
#include <stop_token>

namespace normscope::app {

/// Held-out images through both modes, layer by layer, channel by channel, image by image. The heavy part (gap meter,
/// exact statistics) is measured while the run stands, or when asked for.
class ModeDifferenceView : public QWidget {
    Q_OBJECT

   public:
    explicit ModeDifferenceView(const PageContext& context, QWidget* parent = nullptr);

    widgets::GroupedBarPlot* layerPlot() const { return m_layers; }
    widgets::GroupedBarPlot* channelPlot() const { return m_channels; }
    widgets::GroupedBarPlot* scorePlot() const { return m_scores; }
    widgets::GroupedBarPlot* logitPlot() const { return m_logits; }
    widgets::PictureCard* flipCard() const { return m_flips; }
    widgets::StackedBarPlot* gapPlot() const { return m_gap; }
    QSpinBox* imageBox() const { return m_image; }
    QPushButton* gapButton() const { return m_measure; }
    /// What the scores come from and what they say, in words.
    QString summary() const { return m_summary->text(); }
    const std::optional<ModeReport>& report() const { return m_report; }
    const std::optional<GapReport>& gap() const { return m_gapReport; }
    std::vector<std::pair<QString, widgets::PlotCard*>> plots() const;

    /// Measures what is shown.
    void refresh();

   public slots:
    void showImage(int image);
    /// Begins the heavy measurement, or ends the one that runs.
    void measureGap();

   protected:
    void hideEvent(QHideEvent* event) override;

   private:
    void build();
    QWidget* buildHeader();
    void explain();
    void connectParts();
    void startRun();
    void showReport(ModeReport report);
    void showLayers();
    void showChannels();
    void showScores();
    void showLogits();
    void showFlips();
    void showGap(GapReport report);
    void gapEnded();
    void applyTheme();
    bool isStanding() const;
    std::pair<std::uint64_t, StepIndex> stateShown() const;

    PageContext m_context;
    widgets::GroupedBarPlot* m_layers;
    widgets::GroupedBarPlot* m_channels;
    widgets::GroupedBarPlot* m_scores;
    widgets::GroupedBarPlot* m_logits;
    widgets::PictureCard* m_flips;
    widgets::StackedBarPlot* m_gap;
    QLabel* m_summary;
    QLabel* m_imageLabel;
    QLabel* m_picture;
    QSpinBox* m_image;
    QPushButton* m_measure;
    QProgressBar* m_progress;
    QObject m_gapAsker;  ///< its questions do not replace those of the other plots
    std::stop_source m_gapStop;
    bool m_measuring = false;
    bool m_standing = false;
    /// The state that the gap was measured at: not again for the same one.
    std::optional<std::pair<std::uint64_t, StepIndex>> m_gapOf;
    std::optional<ModeReport> m_report;
    std::optional<GapReport> m_gapReport;
};

}  // namespace normscope::app
