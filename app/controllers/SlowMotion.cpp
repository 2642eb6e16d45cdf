#include "app/controllers/SlowMotion.h"

#include <algorithm>
#include <utility>

namespace normscope::app {

using instruments::NormPreview;
using instruments::StepPreview;
using telemetry::RunState;

namespace {

QString number(double value, int digits = 4) {
    return QString::number(value, 'g', digits).replace(QLatin1Char('-'), QChar(0x2212));
}

}  // namespace

SlowMotion::SlowMotion(RunController& run, StateFeed& feed, SelectionModel& selection, QObject* parent)
    : QObject(parent), m_run(run), m_feed(feed), m_selection(selection) {
    m_action.setObjectName(QStringLiteral("slowMotion"));
    m_action.setText(tr("Slow &motion"));
    m_action.setCheckable(true);
    m_action.setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Period));
    m_action.setToolTip(tr("Take one step in slow motion: batch, forward, statistics, backward, update"));
    m_timer.setSingleShot(true);
    connect(&m_action, &QAction::triggered, this, [this](bool on) { on ? start() : stop(); });
    connect(&m_timer, &QTimer::timeout, this, &SlowMotion::showNextFrame);
    RunModel& model = run.model();
    connect(&model, &RunModel::runStarted, this, &SlowMotion::stop);
    connect(&model, &RunModel::rewound, this, &SlowMotion::stop);
    connect(&model, &RunModel::eventsRecorded, this, [this] {
        if (m_preview && !m_stepTaken) stop();  // the step will be another one
    });
    connect(&model, &RunModel::snapshotChanged, this, &SlowMotion::followRun);
    connect(&feed, &StateFeed::viewedStepChanged, this, [this] {
        if (m_feed.viewedStep()) stop();
    });
    connect(&feed, &StateFeed::refreshDue, this, [this] {
        if (m_waiting) askForPreview();  // an answer about an older state would be dropped
    });
    followRun();
}

QStringList SlowMotion::phaseNames() {
    return {tr("batch"), tr("forward"), tr("statistics"), tr("backward"), tr("update")};
}

void SlowMotion::start() {
    if (isRunning() || !m_action.isEnabled()) return;
    m_action.setChecked(true);
    m_feed.follow();
    m_run.pause();
    m_waiting = true;
    askForPreview();
}

void SlowMotion::askForPreview() {
    m_feed.ask(this, [this](StateOnView& view) -> Answer {
        auto preview = std::make_shared<StepPreview>(instruments::preview_step(view.experiment, view.trainer));
        return [this, preview = std::move(preview)] {
            if (m_waiting) begin(preview);
        };
    });
}

void SlowMotion::begin(std::shared_ptr<const StepPreview> preview) {
    m_waiting = false;
    m_preview = std::move(preview);
    m_stepTaken = false;
    makeFrames();
    m_next = 0;
    showNextFrame();
}

void SlowMotion::makeFrames() {
    m_frames.clear();
    const auto& layers = m_run.model().description()->layers;
    std::vector<std::optional<LayerIndex>> all, norms;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        all.emplace_back(LayerIndex{std::int64_t(i)});
        if (layers[i].is_norm) norms.emplace_back(LayerIndex{std::int64_t(i)});
    }
    // Of many norm layers the selected one is looked at.
    if (norms.size() > 3 && m_selection.layer()) norms = {m_selection.layer()};
    if (norms.empty()) norms = {std::nullopt};
    const auto add = [this](Phase phase, const std::vector<std::optional<LayerIndex>>& places) {
        const auto share = m_phaseDuration / static_cast<int>(std::max<std::size_t>(places.size(), 1));
        for (const auto& place : places) m_frames.push_back({phase, place, share});
    };
    add(Phase::Batch, {LayerIndex{-1}});
    add(Phase::Forward, all);
    add(Phase::Statistics, norms);
    std::reverse(all.begin(), all.end());
    add(Phase::Backward, all);
    add(Phase::Update, {std::nullopt});
}

void SlowMotion::showNextFrame() {
    if (!m_preview) return;
    if (m_next >= m_frames.size()) return stop();
    const Frame& frame = m_frames[m_next++];
    if (frame.phase == Phase::Update) {
        m_stepTaken = true;
        m_run.stepOnce();
    }
    emit layerReached(frame.layer);
    emit phaseShown(frame.phase, sentence(frame.phase, frame.layer));
    m_timer.start(frame.duration);
}

void SlowMotion::stop() {
    if (!isRunning()) return;
    m_timer.stop();
    m_feed.withdraw(this);
    m_waiting = false;
    m_preview.reset();
    m_action.setChecked(false);
    emit layerReached(std::nullopt);
    emit ended();
}

/// The run does as it likes; if it does not stand where the preview was made, that is over.
void SlowMotion::followRun() {
    const telemetry::Snapshot& snapshot = m_run.model().snapshot();
    const bool ready = snapshot.state != RunState::empty && snapshot.state != RunState::loading &&
                       snapshot.state != RunState::diverged;
    m_action.setEnabled(ready || isRunning());
    if (!m_preview) return;
    const std::int64_t stood = m_preview->step.value - (m_stepTaken ? 0 : 1);
    const bool stillThere = snapshot.step.value == stood || (m_stepTaken && snapshot.step.value == stood - 1);
    if (snapshot.state == RunState::playing || !stillThere) stop();
}

const NormPreview* SlowMotion::normAt(LayerIndex layer) const {
    const auto found = std::ranges::find(m_preview->norms, layer, &NormPreview::layer);
    return found == m_preview->norms.end() ? nullptr : &*found;
}

QString SlowMotion::layerName(LayerIndex layer) const {
    return QString::fromStdString(m_run.model().description()->layers.at(std::size_t(layer.value)).name);
}

QString SlowMotion::sentence(Phase phase, std::optional<LayerIndex> layer) const {
    const StepResult& result = m_preview->result;
    switch (phase) {
        case Phase::Batch:
            return tr("Step %1 draws %2 images: epoch %3, batch %4 of %5")
                .arg(m_preview->step.value)
                .arg(result.images)
                .arg(m_preview->epoch + 1)
                .arg(m_preview->batch)
                .arg(m_preview->batches);
        case Phase::Forward:
            return tr("%1 · the images go forward in train mode: loss %2, %3 % right")
                .arg(layerName(*layer), number(result.loss))
                .arg(100 * result.accuracy, 0, 'f', 1);
        case Phase::Statistics:
            return layer ? statisticsSentence(*layer) : tr("This network has no layer that takes batch statistics");
        case Phase::Backward:
            return tr("%1 · gradients go back from the loss: length of all together %2")
                .arg(layerName(*layer), number(result.gradient_norm));
        case Phase::Update: return updateSentence();
    }
    return {};
}

QString SlowMotion::statisticsSentence(LayerIndex layer) const {
    const NormPreview* norm = normAt(layer);
    const QString name = layerName(layer);
    if (norm == nullptr || norm->batch_mean.empty()) return tr("%1 takes no batch statistics").arg(name);
    const auto chosen = m_selection.layer() == layer ? std::size_t(m_selection.channels().front().value) : 0;
    const std::size_t channel = std::min(chosen, norm->batch_mean.size() - 1);
    QString text = tr("%1, channel %2: batch mean %3, variance %4")
                       .arg(name)
                       .arg(channel)
                       .arg(number(norm->batch_mean[channel]), number(norm->batch_var[channel]));
    if (!norm->running_mean_before.empty()) {
        text += tr(" · running mean %1 → %2, variance %3 → %4")
                    .arg(number(norm->running_mean_before[channel]), number(norm->running_mean_after[channel]),
                         number(norm->running_var_before[channel]), number(norm->running_var_after[channel]));
    }
    return text;
}

QString SlowMotion::updateSentence() const {
    QString text = tr("Learning rate %1 moves all parameters by %2")
                       .arg(number(m_preview->result.learning_rate), number(m_preview->update_norm));
    const NormPreview* norm = m_selection.layer() ? normAt(*m_selection.layer()) : nullptr;
    if (norm == nullptr || norm->weight_before.empty()) return text;
    const std::size_t channel =
        std::min(std::size_t(m_selection.channels().front().value), norm->weight_before.size() - 1);
    return text + tr(" · %1, channel %2: γ %3 → %4, β %5 → %6")
                      .arg(layerName(norm->layer))
                      .arg(channel)
                      .arg(number(norm->weight_before[channel]), number(norm->weight_after[channel]),
                           number(norm->bias_before[channel]), number(norm->bias_after[channel]));
}

}  // namespace normscope::app
