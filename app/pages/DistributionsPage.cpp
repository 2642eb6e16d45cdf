#include "app/pages/DistributionsPage.h"

#include "app/pages/DistributionsText.h"
#include "core/Error.h"
#include "core/instruments/TrainingBatch.h"
#include "widgets/theme/LabelStyle.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QVBoxLayout>

#include <algorithm>
#include <mutex>
#include <utility>

namespace normscope::app {

using instruments::NormStage;
using widgets::ChoiceField;
using widgets::HistogramContent;
using widgets::HistogramPlot;
using widgets::Meaning;
using widgets::RidgeRow;

namespace {

constexpr int replayedSteps = 12;

/// States on the way to which the session's thread has answered.
struct ReplayPaths {
    std::mutex mutex;
    std::vector<StatePath> paths;
};

/// Evenly spaced from the start to a step, both included.
std::vector<StepIndex> stepsUpTo(StepIndex last) {
    std::vector<StepIndex> steps;
    for (int i = 0; i < replayedSteps; ++i) {
        const StepIndex step{last.value * i / (replayedSteps - 1)};
        if (steps.empty() || steps.back() < step) steps.push_back(step);
    }
    return steps;
}

}  // namespace

DistributionsPage::DistributionsPage(const PageContext& context, QWidget* parent)
    : Page(context, parent),
      m_channels(new widgets::ChannelSelector(theme())),
      m_ridge(new widgets::RidgePlot(theme())) {
    for (HistogramPlot*& plot : m_histograms) plot = new HistogramPlot(theme());
    build();
    explain();
    connect(m_channels, &widgets::ChannelSelector::selectionChanged, &selection(), &SelectionModel::selectChannels);
    for (ChoiceField* choice : {m_images, m_mode, m_scope})
        connect(choice, &ChoiceField::chosen, this, &Page::invalidate);
    connect(m_replay, &QPushButton::clicked, this, &DistributionsPage::replay);
    connect(&feed(), &StateFeed::progressed, this, [this](const QObject* asker, double share) {
        if (asker == &m_replaying) m_replay->setText(tr("Replaying … %1 %").arg(qRound(100 * share)));
    });
    connect(&feed(), &StateFeed::idle, this, &DistributionsPage::endReplay);
    connect(&model(), &RunModel::rewound, this, [this](const telemetry::RunRewound& item) {
        m_history.forgetAfter(item.step.value);
        m_ridge->setRows(m_history.rows());
    });
    connect(&theme(), &widgets::Theme::changed, this, &DistributionsPage::applyTheme);
    applyTheme();
}

std::vector<std::pair<QString, widgets::PlotCard*>> DistributionsPage::plots() const {
    return {{QStringLiteral("distribution-x"), histogram(NormStage::before)},
            {QStringLiteral("distribution-x-hat"), histogram(NormStage::normalized)},
            {QStringLiteral("distribution-y"), histogram(NormStage::after)},
            {QStringLiteral("distribution-activated"), histogram(NormStage::activated)},
            {QStringLiteral("distribution-over-time"), m_ridge}};
}

void DistributionsPage::build() {
    auto* grid = new QGridLayout;
    grid->setSpacing(8);
    for (int i = 0; i < 4; ++i) grid->addWidget(m_histograms[static_cast<std::size_t>(i)], i / 2, i % 2);
    grid->addWidget(m_ridge, 0, 2, 2, 1);
    for (const int row : {0, 1}) grid->setRowStretch(row, 1);
    for (const int column : {0, 1, 2}) grid->setColumnStretch(column, 1);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 8, 16, 8);
    column->setSpacing(8);
    column->addWidget(m_channels);
    column->addWidget(buildOptions());
    column->addLayout(grid, 1);
    m_ridge->setTitle(tr("x over time"));
}

QWidget* DistributionsPage::buildOptions() {
    auto* options = new QWidget;
    auto* row = new QHBoxLayout(options);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(12);
    m_images = new ChoiceField(
        theme(), tr("Images"), tr("Which batch goes through the network"),
        {{QStringLiteral("training"), tr("next training batch"),
          tr("The images the next training step takes, augmented as it will augment them")},
         {QStringLiteral("held-out"), tr("held-out images"), tr("The first held-out images, as many as a batch")}});
    m_mode = new ChoiceField(
        theme(), tr("Mode"), tr("Train mode normalizes with the batch's statistics, eval mode with the running ones"),
        {{QStringLiteral("train"), tr("train mode"), {}}, {QStringLiteral("eval"), tr("eval mode"), {}}});
    m_scope = new ChoiceField(
        theme(), tr("Of"), tr("Whose values are counted"),
        {{QStringLiteral("channels"), tr("selected channels"), {}},
         {QStringLiteral("layer"), tr("whole layer"), tr("All channels of the layer in one histogram")}});
    m_replay = new QPushButton(tr("Replay earlier steps"));
    m_replay->setProperty("link", true);
    m_replay->setToolTip(tr("Goes through the run again, from its checkpoints, and adds the distributions at %1 steps "
                            "up to the one on view")
                             .arg(replayedSteps));
    m_state = new QLabel;
    for (ChoiceField* choice : {m_images, m_scope}) choice->findChild<QComboBox*>()->setMinimumContentsLength(15);
    row->addWidget(m_images);
    row->addWidget(m_mode);
    row->addWidget(m_scope);
    row->addWidget(m_state, 1);
    row->addWidget(m_replay);
    return options;
}

void DistributionsPage::explain() {
    for (const NormStage stage : instruments::norm_stages) {
        histogram(stage)->setToolTip(stageToolTip(stage));
        histogram(stage)->setWhatsThis(stageHelp(stage));
        histogram(stage)->setTitle(stageTitle(stage, {}, {}, false));
        histogram(stage)->setMinimumHeight(150);
    }
    m_ridge->setToolTip(tr("The distribution of x at several steps, each scaled to its own peak, the newest in front"));
    m_ridge->setWhatsThis(tr(
        "How the input of the norm layer moved during training, one step behind the other, the newest in front. Each "
        "is scaled to its own peak. The lines join the means of the batches and the running means: where the blue "
        "one stays behind, the running statistics lag. Rows are kept while this page is visible; 'Replay earlier "
        "steps' measures steps that went by unseen."));
    m_scope->setWhatsThis(
        tr("Whole layer: one histogram of the values of all channels. The Gaussians are then the mean over the "
           "channels'."));
    m_images->setWhatsThis(
        tr("The next training batch is what the next step will normalize. Held-out images were never trained on; their "
           "statistics differ by chance, or because the data differ."));
    m_mode->setWhatsThis(tr(
        "In train mode x̂ has mean 0 and variance 1 over the batch. In eval mode it has not: how far it is off is what "
        "the running statistics do not know of this batch."));
    m_replay->setWhatsThis(m_replay->toolTip());
}

void DistributionsPage::applyTheme() {
    widgets::setTextStyle(m_state, theme().font(widgets::TextRole::Small), theme().colors().muted);
}

std::optional<DistributionsPage::Subject> DistributionsPage::subject() const {
    if (!model().description() || !selection().layer()) return std::nullopt;
    return Subject{
        .run = model().description()->run_id,
        .layer = *selection().layer(),
        .channels = m_scope->value() == QLatin1String("layer") ? std::vector<ChannelIndex>{} : selection().channels(),
        .heldOut = m_images->value() == QLatin1String("held-out"),
        .mode = m_mode->value() == QLatin1String("eval") ? nn::Mode::eval : nn::Mode::train};
}

void DistributionsPage::refresh() {
    if (!model().description()) return;
    showSelection();
    const auto wanted = subject();
    if (!wanted) return showNoLayer();
    ask([this, subject = *wanted](StateOnView& view) -> Answer {
        if (view.run_id != subject.run) return {};
        try {
            return [this, result = measure(subject, view.experiment, view.trainer.pool())] { show(result); };
        } catch (const InputError& error) {
            return [this, sentence = QString::fromUtf8(error.what())] {
                for (HistogramPlot* plot : m_histograms) plot->clear(sentence);
                m_state->setText(sentence);
            };
        }
    });
}

void DistributionsPage::showSelection() {
    const auto layer = selection().layer();
    m_channels->setVisible(layer.has_value());
    m_replay->setEnabled(layer.has_value());
    for (const auto& [name, plot] : plots()) {
        plot->setRecipeJson(QString::fromStdString(model().description()->recipe_json));
    }
    if (!layer) return;
    const auto& description = model().description()->layers.at(static_cast<std::size_t>(layer->value));
    m_channels->setLayer(QString::fromStdString(description.name), static_cast<int>(description.channels));
    m_channels->setSelection(selection().channels());
    m_channels->setEnabled(m_scope->value() != QLatin1String("layer"));
}

void DistributionsPage::showNoLayer() {
    for (HistogramPlot* plot : m_histograms) plot->clear(tr("This network has no norm layer"));
    m_history.clear();
    m_ridge->setRows({});
    m_ridge->setEmptyText(tr("This network has no norm layer"));
    m_state->clear();
}

DistributionsPage::Result DistributionsPage::measure(const Subject& subject, Experiment& experiment, ThreadPool& pool) {
    const ImageBatch batch = subject.heldOut ? instruments::held_out_batch(experiment, pool)
                                             : instruments::next_training_batch(experiment, pool);
    const auto pass = instruments::pass_of(experiment, pool, subject.mode);
    const auto view = instruments::view_norm(experiment.network(), subject.layer, batch.images, pass);
    const auto running = instruments::running_statistics(experiment.network(), subject.layer);
    return {.subject = subject,
            .step = experiment.step(),
            .images = batch.images.shape().n,
            .activation = view.activation,
            .behindSum = view.behind_sum,
            .distributions = instruments::norm_distributions(view, subject.channels, running)};
}

RidgeRow DistributionsPage::ridgeRow(const Result& result) {
    const auto& histograms = result.distributions.at(NormStage::before).histograms;
    RidgeRow row{.step = result.step.value,
                 .lower = histograms[0].bins.lower,
                 .width = histograms[0].bins.width,
                 .shares = std::vector<double>(histograms[0].counts.size())};
    double finite = 0;
    for (const auto& histogram : histograms) {
        for (std::size_t bin = 0; bin < row.shares.size(); ++bin) {
            row.shares[bin] += static_cast<double>(histogram.counts[bin]);
        }
        finite += static_cast<double>(histogram.finite());
        row.notFinite += histogram.values - histogram.finite();
    }
    for (double& share : row.shares) share /= std::max(finite, 1.0);
    const auto mean = [](const std::vector<double>& values) {
        double sum = 0;
        for (const double value : values) sum += value;
        return sum / static_cast<double>(values.size());
    };
    row.batchMean = mean(result.distributions.batch_mean);
    if (!result.distributions.running_mean.empty()) row.runningMean = mean(result.distributions.running_mean);
    return row;
}

void DistributionsPage::show(const Result& result) {
    if (result.subject != m_shown) m_history.clear();
    m_shown = result.subject;
    const QString layer = QString::fromStdString(
        model().description()->layers.at(static_cast<std::size_t>(result.subject.layer.value)).name);
    for (const NormStage stage : instruments::norm_stages) {
        HistogramPlot* plot = histogram(stage);
        plot->setTitle(stageTitle(stage, layer, result.subject.channels, result.behindSum,
                                  QString::fromStdString(result.activation)));
        if (result.distributions.at(stage).histograms.empty()) {
            plot->clear(tr("No activation follows %1").arg(layer));
        } else {
            plot->setContent(histogramContent(result.distributions, stage, result.subject.channels));
        }
    }
    m_history.add(ridgeRow(result));
    m_ridge->setTitle(tr("x over time, %1").arg(channelsText(result.subject.channels)));
    m_ridge->setRows(m_history.rows());
    m_state->setText(tr("step %L1 · %2")
                         .arg(result.step.value)
                         .arg(result.images == 1 ? tr("1 image") : tr("%L1 images").arg(result.images)));
}

void DistributionsPage::replay() {
    const auto wanted = subject();
    if (!wanted) return;
    // The session's thread answers in order: these paths are there before the feed's own, which the question waits for.
    const auto collected = std::make_shared<ReplayPaths>();
    for (const StepIndex step : stepsUpTo(feed().step())) {
        context().run.copyState(step, [collected](std::optional<StatePath> path) {
            const std::lock_guard lock(collected->mutex);
            if (path) collected->paths.push_back(std::move(*path));
        });
    }
    m_replay->setEnabled(false);
    feed().ask(&m_replaying, [this, collected, subject = *wanted](StateOnView& view) -> Answer {
        std::vector<RidgeRow> rows;
        std::optional<Experiment> at;
        const std::lock_guard lock(collected->mutex);
        for (StatePath& path : collected->paths) {
            view.watch.report(static_cast<std::int64_t>(rows.size()),
                              static_cast<std::int64_t>(collected->paths.size()));
            if (path.run_id != subject.run) continue;
            if (at && at->step() > path.from->step()) path.from = std::make_shared<const Experiment>(*at);
            at = reach(path, view.trainer, [&view] { return view.watch.stop.stop_requested(); });
            if (!at) throw instruments::Cancelled();
            rows.push_back(ridgeRow(measure(subject, *at, view.trainer.pool())));
        }
        return [this, subject, rows = std::move(rows)] {
            if (subject != m_shown) return;
            for (const RidgeRow& row : rows) m_history.add(row);
            m_ridge->setRows(m_history.rows());
        };
    });
}

void DistributionsPage::endReplay() {
    m_replay->setText(tr("Replay earlier steps"));
    m_replay->setEnabled(selection().layer().has_value());
}

}  // namespace normscope::app
