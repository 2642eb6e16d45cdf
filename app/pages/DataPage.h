// What a data set holds, before anything is trained on it.
#pragma once

#include "app/controllers/DataController.h"
#include "app/pages/Page.h"

#include <memory>

class QLabel;
class QLineEdit;
class QListWidget;
class QProgressBar;
class QPushButton;
class QTableWidget;

namespace normscope::widgets {
class Card;
class CategoryPlot;
class ImageGallery;
}  // namespace normscope::widgets

namespace normscope::app {

class DataForm;

/// Chooses data, shows classes, pictures, channel statistics and what was skipped, and starts a run on them. The run
/// that goes on is left alone until then.
class DataPage : public Page {
    Q_OBJECT

   public:
    explicit DataPage(const PageContext& context, QWidget* parent = nullptr);

    std::vector<std::pair<QString, widgets::PlotCard*>> plots() const override;
    DataForm* form() const { return m_form; }
    DataController& data() { return m_data; }
    QPushButton* readButton() const { return m_read; }
    QPushButton* trainButton() const { return m_train; }
    QLabel* message() const { return m_message; }
    QListWidget* skippedList() const { return m_skipped; }
    widgets::CategoryPlot* classPlot() const { return m_classes; }
    /// Of what was read last; null before.
    const std::shared_ptr<const DataPreview>& preview() const { return m_preview; }

   public slots:
    /// Shows the folder in the form and reads it.
    void openFolder(const QString& folder);
    void readData();
    void trainOnIt();

   protected:
    void refresh() override;

   private:
    widgets::Card* buildChooser();
    QWidget* buildFindings();
    void showReading(bool reading);
    void showPreview(std::shared_ptr<const DataPreview> preview);
    void showFacts();
    void showSkipped();
    void showError(const QString& sentence);
    void applyTheme();
    /// mean and std as typed. Throws InputError.
    DataRecipe recipeToTrainOn() const;

    DataController m_data;
    DataForm* m_form;
    QPushButton* m_read;
    QPushButton* m_train;
    QProgressBar* m_progress;
    QLabel* m_message;
    QLineEdit* m_mean;
    QLineEdit* m_std;
    QPushButton* m_measured;
    QLabel* m_normalizeTitle;
    QTableWidget* m_facts;
    QListWidget* m_skipped;
    widgets::Card* m_chooser = nullptr;
    widgets::Card* m_factsCard = nullptr;
    widgets::Card* m_galleryCard = nullptr;
    widgets::Card* m_skippedCard = nullptr;
    widgets::CategoryPlot* m_classes;
    widgets::ImageGallery* m_gallery;
    std::shared_ptr<const DataPreview> m_preview;
};

}  // namespace normscope::app
