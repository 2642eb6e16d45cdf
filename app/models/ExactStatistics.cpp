#include "app/models/ExactStatistics.h"

#include <cmath>

namespace normscope::app {

using telemetry::Statistic;

ExactStatistics::ExactStatistics(RunModel& run, StateFeed& feed, QObject* parent)
    : QObject(parent), m_run(run), m_feed(feed) {
    connect(&run, &RunModel::runStarted, this, &ExactStatistics::startRun);
    connect(&run, &RunModel::rewound, this, [this](const telemetry::RunRewound& item) {
        if (!m_series) return;
        m_series->truncateAfter(item.step);
        emit changed();
    });
    connect(&feed, &StateFeed::progressed, this, [this](const QObject* asker, double share) {
        if (asker == this && m_computing) emit progressed(share);
    });
    // What was asked for is answered before the feed is idle, or it failed or was cancelled.
    connect(&feed, &StateFeed::idle, this, [this] { setComputing(false); });
    if (run.description()) startRun();
}

void ExactStatistics::startRun() {
    auto schema = std::make_shared<telemetry::SeriesSchema>();
    const auto& recorded = m_run.description()->schema;
    for (std::size_t i = 0; i < recorded.size(); ++i) {
        const auto& info = recorded.info({static_cast<std::int64_t>(i)});
        // Layers that take batch statistics.
        if (info.statistic != Statistic::batch_mean) continue;
        const std::string& layer = m_run.description()->layers[static_cast<std::size_t>(info.layer->value)].name;
        schema->add(Statistic::population_mean, layer, info.layer, info.channel);
        schema->add(Statistic::population_var, layer, info.layer, info.channel);
    }
    m_series.emplace(std::move(schema));
    m_images = 0;
    m_feed.withdraw(this);
    setComputing(false);
    emit changed();
}

void ExactStatistics::setComputing(bool on) {
    if (on == m_computing) return;
    m_computing = on;
    emit computingChanged();
}

void ExactStatistics::compute() {
    if (!m_series || m_computing) return;
    setComputing(true);
    emit progressed(0);
    measure(0);
}

void ExactStatistics::cancel() {
    if (!m_computing) return;
    m_feed.withdraw(this);
    m_feed.invalidate();  // stops the question being answered; the others ask again
}

void ExactStatistics::measureIfDue() {
    if (m_every <= 0 || m_computing || !m_series) return;
    const StepIndex step = m_feed.step();
    // Going back over a history there is nothing due, unless nobody measured near that step.
    const auto measured = m_series->nearest(step);
    if (measured && std::abs(step.value - measured->value) < m_every) return;
    measure(batchesByItself);
}

void ExactStatistics::measure(std::int64_t batches) {
    m_feed.ask(this, [this, batches](StateOnView& view) -> Answer {
        const Experiment& state = view.experiment;
        auto found = instruments::population_statistics(state.network(), instruments::training_images(state, batches),
                                                        view.trainer.pool(), view.watch);
        return [this, run = view.run_id, step = state.step(), found = std::move(found)] { take(run, step, found); };
    });
}

void ExactStatistics::take(std::uint64_t run, StepIndex step, const instruments::PopulationStatistics& found) {
    if (!m_run.description() || run != m_run.description()->run_id) return;
    std::vector<float> values;
    for (const instruments::LayerStatistics& layer : found.layers) {
        for (std::size_t c = 0; c < layer.mean.size(); ++c) {
            values.push_back(static_cast<float>(layer.mean[c]));
            values.push_back(static_cast<float>(layer.var[c]));
        }
    }
    m_images = found.images;
    m_series->insert(step, std::move(values));
    setComputing(false);
    emit changed();
}

}  // namespace normscope::app
