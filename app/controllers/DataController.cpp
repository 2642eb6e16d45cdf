#include "app/controllers/DataController.h"

#include "app/models/DatasetPicture.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <utility>

namespace normscope::app {
namespace {

constexpr std::int64_t mostSamples = 120;
constexpr auto progressPause = std::chrono::milliseconds(50);

DataPreview makePreview(const DataRecipe& recipe, DataCache& cache, const datasets::LoadOptions& options) {
    const DataSplit split = cache.load(recipe, options);
    DataPreview preview{.recipe = recipe, .summary = datasets::summarize(split, options), .samples = {}};
    for (const std::int64_t index : datasets::sample_images(*split.train, mostSamples)) {
        if (options.stop.stop_requested()) throw datasets::LoadCancelled();
        const auto label = static_cast<std::size_t>(split.train->label(index));
        preview.samples.push_back(
            {pictureOf(*split.train, index), QString::fromStdString(split.train->class_names()[label]), index});
    }
    return preview;
}

}  // namespace

DataController::DataController(std::shared_ptr<DataCache> cache, QObject* parent)
    : QObject(parent), m_cache(std::move(cache)) {
    qRegisterMetaType<std::shared_ptr<const DataPreview>>();
}

DataController::~DataController() {
    m_stop.request_stop();
    m_threads.waitForDone();
}

datasets::LoadOptions DataController::optionsFor(std::uint64_t request, std::stop_token stop) {
    datasets::LoadOptions options;
    options.stop = std::move(stop);
    options.progress = [this, request, next = std::chrono::steady_clock::time_point()](
                           const datasets::LoadProgress& progress) mutable {
        const auto now = std::chrono::steady_clock::now();
        if (now < next) return;
        next = now + progressPause;
        const QString activity = QString::fromUtf8(progress.activity.data(), qsizetype(progress.activity.size()));
        const double share = progress.total > 0 ? double(progress.done) / double(progress.total) : -1;
        const QString text = progress.total > 0
                                 ? tr("%1: %2 of %3").arg(activity).arg(progress.done).arg(progress.total)
                                 : tr("%1: %2").arg(activity).arg(progress.done);
        QMetaObject::invokeMethod(
            this,
            [this, request, text, share] {
                if (request == m_request && m_reading) emit progressed(text, share);
            },
            Qt::QueuedConnection);
    };
    return options;
}

void DataController::read(const DataRecipe& recipe) {
    m_stop.request_stop();
    m_stop = std::stop_source();
    const std::uint64_t request = ++m_request;
    m_threads.start([this, request, recipe, cache = m_cache, stop = m_stop.get_token()] {
        Outcome outcome;
        try {
            outcome.preview =
                std::make_shared<const DataPreview>(makePreview(recipe, *cache, optionsFor(request, stop)));
        } catch (const datasets::LoadCancelled&) {
        } catch (const std::exception& error) {
            outcome.error = QString::fromUtf8(error.what());
        }
        QMetaObject::invokeMethod(
            this, [this, request, outcome] { finish(request, outcome); }, Qt::QueuedConnection);
    });
    if (!std::exchange(m_reading, true)) emit readingChanged(true);
}

void DataController::cancel() {
    if (!m_reading) return;
    m_stop.request_stop();
    ++m_request;  // what still comes is not wanted
    m_reading = false;
    emit readingChanged(false);
    emit cancelled();
}

void DataController::finish(std::uint64_t request, const Outcome& outcome) {
    if (request != m_request) return;
    m_reading = false;
    emit readingChanged(false);
    if (outcome.preview) {
        emit readDone(outcome.preview);
    } else if (!outcome.error.isEmpty()) {
        emit failed(outcome.error);
    }
}

}  // namespace normscope::app
