// An image of the data set and what each channel makes of it.
#pragma once

#include "app/pages/FeatureMapsQuestion.h"
#include "app/pages/Page.h"
#include "widgets/channels/ChannelSelector.h"
#include "widgets/controls/ChoiceField.h"
#include "widgets/maps/FeatureMapCard.h"
#include "widgets/maps/ImageCard.h"

#include <QComboBox>
#include <QPushButton>
#include <QSpinBox>

#include <functional>
#include <memory>

namespace normscope::app {

/// Any training or held-out image, before and after a norm layer and behind the activation; a value pointed at shows
/// the arithmetic behind it. Measured while the page is visible.
class FeatureMapsPage : public Page {
    Q_OBJECT

   public:
    /// Asks the user for a path; empty if nowhere.
    using PathQuestion = std::function<QString(const QString& suggestion)>;

    explicit FeatureMapsPage(const PageContext& context, QWidget* parent = nullptr);

    widgets::ChannelSelector* channelSelector() const { return m_channels; }
    widgets::FeatureMapCard* maps() const { return m_maps; }
    widgets::ImageCard* image() const { return m_image; }
    widgets::ChoiceField* setChoice() const { return m_set; }
    QComboBox* classBox() const { return m_class; }
    QSpinBox* indexField() const { return m_index; }
    QPushButton* previousButton() const { return m_previous; }
    QPushButton* nextButton() const { return m_next; }
    QPushButton* randomButton() const { return m_random; }
    widgets::ChoiceField* modeChoice() const { return m_mode; }
    widgets::ChoiceField* viewChoice() const { return m_view; }
    widgets::ChoiceField* scaleChoice() const { return m_scale; }
    /// What is shown; null before the first measurement.
    const std::shared_ptr<const ImageMaps>& shown() const { return m_shown; }
    void setArrayPathQuestion(PathQuestion question) { m_arrayPath = std::move(question); }
    void setFolderQuestion(PathQuestion question) { m_folder = std::move(question); }
    std::vector<std::pair<QString, widgets::PlotCard*>> plots() const override;

   protected:
    void refresh() override;

   private:
    void build();
    QWidget* buildPicker();
    QWidget* buildOptions();
    void explain();
    void move(ImageMove move);
    void showSelection();
    void showNothing(const QString& reason);
    void show(const std::shared_ptr<const ImageMaps>& result);
    void showImage();
    void showMaps();
    void showClasses();
    void point(const widgets::MapPoint& at);
    void saveArray();
    void saveAll();

    widgets::ChannelSelector* m_channels;
    widgets::ImageCard* m_image;
    widgets::FeatureMapCard* m_maps;
    widgets::ChoiceField* m_set = nullptr;
    QComboBox* m_class = nullptr;
    QSpinBox* m_index = nullptr;
    QPushButton* m_previous = nullptr;
    QPushButton* m_next = nullptr;
    QPushButton* m_random = nullptr;
    widgets::ChoiceField* m_mode = nullptr;
    widgets::ChoiceField* m_view = nullptr;
    widgets::ChoiceField* m_scale = nullptr;
    ImageMove m_move = ImageMove::Stay;  ///< not answered yet
    std::uint32_t m_dice = 0;            ///< of a random move
    std::shared_ptr<const ImageMaps> m_shown;
    PathQuestion m_arrayPath;
    PathQuestion m_folder;
    QObject m_saving;  ///< asks for files, so that the page's own questions do not replace it
};

}  // namespace normscope::app
