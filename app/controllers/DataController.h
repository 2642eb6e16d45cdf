// Reads data sets for the window before anything is trained on them.
#pragma once

#include "app/controllers/DataCache.h"
#include "core/recipe/Recipe.h"
#include "datasets/DataSummary.h"

#include <QImage>
#include <QObject>
#include <QString>
#include <QThreadPool>

#include <memory>
#include <stop_token>
#include <vector>

namespace normscope::app {

/// A picture of the gallery.
struct SamplePicture {
    QImage image;
    QString class_name;
    std::int64_t index = 0;  ///< in the training data
};

/// A data set as the Data page shows it. Immutable once delivered.
struct DataPreview {
    DataRecipe recipe;  ///< source, eval_source and eval_fraction it was read with
    datasets::DataSummary summary;
    std::vector<SamplePicture> samples;
};

/// One data set at a time, on a thread of its own; a newer request cancels the one before. What was read last stays
/// in the cache, so that training on it begins at once. GUI thread; nothing here waits.
class DataController : public QObject {
    Q_OBJECT

   public:
    explicit DataController(std::shared_ptr<DataCache> cache, QObject* parent = nullptr);
    ~DataController() override;

    bool isReading() const { return m_reading; }

   public slots:
    /// Reads what the recipe's source says; its batch size and the like do not matter.
    void read(const normscope::DataRecipe& recipe);
    void cancel();

   signals:
    void readingChanged(bool reading);
    /// `share` is below 0 while the end is not known.
    void progressed(const QString& activity, double share);
    void readDone(std::shared_ptr<const normscope::app::DataPreview> preview);
    void cancelled();
    /// The data could not be read; a sentence for the user.
    void failed(const QString& sentence);

   private:
    struct Outcome {
        std::shared_ptr<const DataPreview> preview;
        QString error;
    };
    void finish(std::uint64_t request, const Outcome& outcome);
    datasets::LoadOptions optionsFor(std::uint64_t request, std::stop_token stop);

    std::shared_ptr<DataCache> m_cache;
    std::uint64_t m_request = 0;
    bool m_reading = false;
    std::stop_source m_stop;  ///< of the newest request
    QThreadPool m_threads;
};

}  // namespace normscope::app
