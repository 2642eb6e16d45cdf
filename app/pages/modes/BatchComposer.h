// A batch to put together by hand.
#pragma once

#include "app/pages/Page.h"
#include "app/pages/modes/ModeReport.h"
#include "widgets/pictures/PictureCard.h"
#include "widgets/plots/GroupedBarPlot.h"

#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>

#include <optional>
#include <vector>

namespace normscope::app {

/// One image of the batch is watched; any other can be swapped for something else. The watched image's train-mode
/// logits follow its neighbours, its eval-mode logits do not.
class BatchComposer : public QWidget {
    Q_OBJECT

   public:
    explicit BatchComposer(const PageContext& context, QWidget* parent = nullptr);

    /// What a neighbour can be swapped for.
    enum class Swap { OtherImage, OtherClass, Noise, White, Black };

    widgets::PictureCard* batchCard() const { return m_batch; }
    widgets::GroupedBarPlot* logitPlot() const { return m_logits; }
    QSpinBox* sizeBox() const { return m_size; }
    QComboBox* swapBox() const { return m_swap; }
    QPushButton* swapButton() const { return m_swapButton; }
    QPushButton* watchButton() const { return m_watchButton; }
    QPushButton* restoreButton() const { return m_restore; }
    QString verdict() const { return m_verdict->text(); }
    const std::vector<instruments::BatchPlace>& places() const { return m_places; }
    int watched() const { return m_watched; }
    std::vector<std::pair<QString, widgets::PlotCard*>> plots() const;

    /// Measures what is shown.
    void refresh();

   protected:
    void hideEvent(QHideEvent* event) override;

   private:
    struct Report {
        instruments::BatchLogits original;
        instruments::BatchLogits now;
        std::vector<QImage> pictures;
        std::vector<std::int64_t> labels;         ///< −1: it is no image
        std::vector<std::int64_t> heldOutLabels;  ///< of all held-out images
        QStringList classNames;
    };

    void build();
    void explain();
    void startRun();
    void fillBatch();
    void swapSelected();
    void watchSelected();
    void restore();
    void change();
    std::int64_t otherImage(bool otherClass);
    void showReport(Report report);
    void showBatch();
    void showLogits();
    void showVerdict();
    void enableButtons();
    void applyTheme();
    QString nameOf(std::int64_t label) const;

    PageContext m_context;
    widgets::PictureCard* m_batch;
    widgets::GroupedBarPlot* m_logits;
    QLabel* m_verdict;
    QLabel* m_sizeLabel;
    QLabel* m_swapLabel;
    QSpinBox* m_size;
    QComboBox* m_swap;
    QPushButton* m_swapButton;
    QPushButton* m_watchButton;
    QPushButton* m_restore;
    std::vector<instruments::BatchPlace> m_original;
    std::vector<instruments::BatchPlace> m_places;
    int m_watched = 0;
    std::int64_t m_heldOut = 0;
    std::int64_t m_nextIndex = 0;  ///< of images and noise that come in
    std::optional<Report> m_report;
};

}  // namespace normscope::app
