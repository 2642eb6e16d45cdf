// Any safetensors checkpoint: what its norm layers hold.
#pragma once

#include "app/pages/Page.h"
#include "core/instruments/NormInspection.h"

#include <QThreadPool>

#include <array>
#include <memory>
#include <vector>

class QLabel;
class QListWidget;
class QPushButton;
class QTableWidget;

namespace normscope::widgets {
class Card;
class ChannelPlot;
}  // namespace normscope::widgets

namespace normscope::app {

/// What was found in a file. Immutable once delivered.
struct InspectedFile {
    QString path;  ///< empty: the run's own network
    QString name;
    std::size_t tensors = 0;
    std::vector<instruments::InspectedNorm> layers;
};

/// Layers at the left, the chosen one's running statistics, γ and β by channel at the right, findings below. Shows the
/// run's own network until a file is opened. Files are read off the GUI thread; one that cannot be read leaves what is
/// shown.
class InspectPage : public Page {
    Q_OBJECT

   public:
    explicit InspectPage(const PageContext& context, QWidget* parent = nullptr);

    std::vector<std::pair<QString, widgets::PlotCard*>> plots() const override;
    const std::shared_ptr<const InspectedFile>& file() const { return m_file; }
    QTableWidget* layerTable() const { return m_layers; }
    QListWidget* findingList() const { return m_findings; }
    QLabel* message() const { return m_message; }
    QPushButton* trainButton() const { return m_train; }

   public slots:
    void openFile(const QString& path);

   signals:
    /// The user wants another file.
    void openRequested();
    /// The user wants to go on from this one.
    void trainRequested(const QString& path);

   protected:
    void refresh() override;

   private:
    QWidget* buildLayers();
    QWidget* buildFindings();
    void showFile(std::shared_ptr<const InspectedFile> file);
    void showSummary(std::size_t findings);
    void showLayer(int index);
    void showError(const QString& sentence);
    void applyTheme();

    QLabel* m_message;
    QPushButton* m_open;
    QPushButton* m_train;
    QTableWidget* m_layers;
    QListWidget* m_findings;
    widgets::Card* m_layersCard = nullptr;
    widgets::Card* m_findingsCard = nullptr;
    widgets::ChannelPlot* m_mean;
    widgets::ChannelPlot* m_variance;
    widgets::ChannelPlot* m_weight;
    widgets::ChannelPlot* m_bias;
    std::shared_ptr<const InspectedFile> m_file;
    std::uint64_t m_request = 0;
    bool m_refused = false;  ///< the last file could not be read: its reason stays to be read
    QThreadPool m_reader;
};

}  // namespace normscope::app
