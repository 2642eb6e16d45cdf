#include "app/pages/StatisticsPage.h"

#include "widgets/controls/ChoiceField.h"

#include <QGridLayout>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace normscope::app {

using telemetry::Statistic;
using widgets::Curve;
using widgets::Meaning;
using widgets::SeriesPlot;

StatisticsPage::StatisticsPage(const PageContext& context, QWidget* parent)
    : Page(context, parent),
      m_exact(model(), feed()),
      m_channels(new widgets::ChannelSelector(theme())),
      m_mean(new SeriesPlot(theme())),
      m_variance(new SeriesPlot(theme())),
      m_affine(new SeriesPlot(theme())),
      m_modes(new SeriesPlot(theme())),
      m_loss(new SeriesPlot(theme())),
      m_accuracy(new SeriesPlot(theme())) {
    buildFields();
    build();
    explain();
    linkPlots();
    connectExact();
    connect(m_channels, &widgets::ChannelSelector::selectionChanged, &selection(), &SelectionModel::selectChannels);
    connect(&selection(), &SelectionModel::layerChanged, this, &StatisticsPage::showLayer);
    connect(&selection(), &SelectionModel::channelsChanged, this, &StatisticsPage::showChannels);
    connect(&model(), &RunModel::runStarted, this, &StatisticsPage::startRun);
    connect(&model(), &RunModel::eventsRecorded, this, &StatisticsPage::showEvents);
    for (SeriesPlot* plot : seriesPlots()) {
        connect(&model(), &RunModel::stepsAppended, plot, &SeriesPlot::markDirty);
    }
    if (model().description()) startRun();
}

std::vector<std::pair<QString, widgets::PlotCard*>> StatisticsPage::plots() const {
    return {{QStringLiteral("mean"), m_mean},         {QStringLiteral("variance"), m_variance},
            {QStringLiteral("gamma-beta"), m_affine}, {QStringLiteral("train-eval-difference"), m_modes},
            {QStringLiteral("loss"), m_loss},         {QStringLiteral("accuracy"), m_accuracy}};
}

std::vector<SeriesPlot*> StatisticsPage::seriesPlots() const {
    return {m_mean, m_variance, m_affine, m_modes, m_loss, m_accuracy};
}

/// The plots follow the run by themselves.
void StatisticsPage::refresh() {
    m_exact.measureIfDue();
}

void StatisticsPage::buildFields() {
    m_smooth = new widgets::ChoiceField(
        theme(), tr("Smooth"),
        tr("Lays an exponential mean over the noisy lines of batch mean, batch variance and loss: after so many steps "
           "a value counts half. The lines themselves stay visible, thin, under it."),
        {{QStringLiteral("0"), tr("off"), {}},
         {QStringLiteral("5"), tr("5 steps"), {}},
         {QStringLiteral("20"), tr("20 steps"), {}},
         {QStringLiteral("100"), tr("100 steps"), {}}});
    m_every = new widgets::ChoiceField(
        theme(), tr("Exact every"),
        tr("How often the exact statistics of the current weights are measured while the run goes on: as soon as so "
           "many steps have passed since the last time and the pace of measuring (a twentieth of the time) allows. "
           "At most %1 batches of training images are used each time.")
            .arg(ExactStatistics::batchesByItself),
        {{QStringLiteral("0"), tr("off"), {}},
         {QStringLiteral("10"), tr("10 steps"), {}},
         {QStringLiteral("50"), tr("50 steps"), {}},
         {QStringLiteral("200"), tr("200 steps"), {}},
         {QStringLiteral("1000"), tr("1000 steps"), {}}});
    m_compute = new QPushButton;
    m_compute->setToolTip(
        tr("Runs all training images through the network of the step on view, in train mode and without touching it, "
           "and pools the statistics of all batches: what the running statistics try to be"));
    // Its text grows while it works.
    const QString longest = tr("Cancel, %1 %").arg(100);
    m_compute->setMinimumWidth(m_compute->fontMetrics().horizontalAdvance(longest) + 48);
    showComputing(0);
    connect(m_smooth, &widgets::ChoiceField::chosen, this, [this] {
        showChannels();
        showLoss();
    });
}

void StatisticsPage::connectExact() {
    connect(m_every, &widgets::ChoiceField::chosen, this, [this](const QString& steps) {
        m_exact.setEvery(steps.toLongLong());
        m_exact.measureIfDue();
    });
    connect(m_compute, &QPushButton::clicked, this,
            [this] { m_exact.isComputing() ? m_exact.cancel() : m_exact.compute(); });
    connect(&m_exact, &ExactStatistics::computingChanged, this, [this] { showComputing(0); });
    connect(&m_exact, &ExactStatistics::progressed, this, &StatisticsPage::showComputing);
    connect(&m_exact, &ExactStatistics::changed, this, [this] {
        // The first measurement brings curves, later ones points.
        const bool drawn = std::ranges::any_of(m_mean->curves(), [](const Curve& curve) { return bool(curve.store); });
        if (drawn != (m_exact.size() > 0)) return showChannels();
        m_mean->markDirty();
        m_variance->markDirty();
    });
}

void StatisticsPage::showComputing(double share) {
    m_compute->setText(m_exact.isComputing() ? tr("Cancel, %1 %").arg(int(100 * share)) : tr("Compute exactly"));
    m_compute->setAccessibleName(m_exact.isComputing() ? tr("Cancel the exact computation")
                                                       : tr("Compute the exact statistics of the step on view"));
}

double StatisticsPage::halfLife() const {
    return m_smooth->value().toDouble();
}

void StatisticsPage::build() {
    auto* grid = new QGridLayout;
    grid->setSpacing(8);
    grid->addWidget(m_mean, 0, 0);
    grid->addWidget(m_variance, 0, 1);
    grid->addWidget(m_affine, 1, 0);
    grid->addWidget(m_modes, 1, 1);
    grid->addWidget(m_loss, 2, 0);
    grid->addWidget(m_accuracy, 2, 1);
    grid->setRowStretch(0, 228);
    grid->setRowStretch(1, 190);
    grid->setRowStretch(2, 178);
    grid->setColumnStretch(0, 1);
    grid->setColumnStretch(1, 1);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 8, 16, 8);
    column->setSpacing(8);
    auto* fields = new QHBoxLayout;
    fields->setSpacing(12);
    fields->addWidget(m_channels, 1);
    fields->addWidget(m_smooth, 0, Qt::AlignTop);
    fields->addWidget(m_every, 0, Qt::AlignTop);
    fields->addWidget(m_compute, 0, Qt::AlignTop);
    column->addLayout(fields);
    column->addLayout(grid, 1);

    // Three rows must fit on a screen of 720 lines.
    for (SeriesPlot* plot : seriesPlots()) plot->setMinimumHeight(112);
}

void StatisticsPage::explain() {
    m_affine->setUnit(tr("step"));
    m_mean->setUnit(tr("step"));
    m_variance->setUnit(tr("step"));
    m_modes->setTitle(tr("Train mode against eval mode"));
    m_modes->setUnit(tr("‖train − eval‖ / ‖train‖"));
    m_loss->setTitle(tr("Training loss"));
    m_loss->setUnit(tr("cross entropy"));
    m_accuracy->setTitle(tr("Accuracy on held-out images"));
    m_accuracy->setUnit(tr("share"));
    m_accuracy->setValueRange(widgets::ValueRange{0, 1});
    m_mean->setToolTip(
        tr("Batch mean of the step and the running mean after it; dashed, where measured: the exact mean over the "
           "training images with the weights of that step"));
    m_variance->setToolTip(
        tr("Biased batch variance (1/n), which normalizes in train mode, and the running average of "
           "the unbiased one (1/(n−1)), which normalizes in eval mode; dashed, where measured: the exact variance over "
           "the training images with the weights of that step"));
    m_mean->setWhatsThis(
        tr("Orange is what the layer sees in each batch, blue what it remembers: the running mean lags behind the "
           "batches by its momentum. The dashed line is the truth of the moment, computed over the training images."));
    m_variance->setWhatsThis(
        tr("The variance of each batch, the running variance that eval mode uses, and the exact one. A running "
           "variance far from the exact one scales every activation of eval mode wrongly."));
    m_affine->setToolTip(tr("Scale γ (weight) and shift β (bias) after the step"));
    m_affine->setWhatsThis(tr("What the layer learned: it multiplies the normalized values by γ and adds β."));
    m_modes->setWhatsThis(
        tr("The same held-out images through both modes: how far the outputs of each norm layer, and the logits, are "
           "apart, relative to their size."));
    m_loss->setWhatsThis(
        tr("How wrong the network is on each training batch; smoothing shows the trend under the noise."));
    m_accuracy->setWhatsThis(
        tr("Share of held-out images told right in train mode and in eval mode: where the two part, the running "
           "statistics do not fit the network."));
    m_modes->setToolTip(
        tr("How far the outputs of train mode and eval mode are apart on held-out images, "
           "relative to their size"));
    m_loss->setToolTip(tr("Cross entropy of each training batch, in train mode, before the update"));
    m_accuracy->setToolTip(
        tr("The same images normalized with their own batch's statistics (train mode) and with the "
           "running ones (eval mode)"));
}

void StatisticsPage::linkPlots() {
    for (SeriesPlot* plot : seriesPlots()) {
        connect(plot, &SeriesPlot::cursorMoved, &selection(), [this](double step) { selection().setCursorStep(step); });
        connect(plot, &SeriesPlot::cursorLeft, &selection(), [this] { selection().setCursorStep(std::nullopt); });
        connect(&selection(), &SelectionModel::cursorStepChanged, plot,
                [this, plot] { plot->setCursor(selection().cursorStep()); });
        for (SeriesPlot* other : seriesPlots()) {
            if (other == plot) continue;
            connect(plot, &SeriesPlot::xRangeChanged, other, &SeriesPlot::setXRange);
            connect(plot, &SeriesPlot::followStarted, other, &SeriesPlot::follow);
        }
    }
}

void StatisticsPage::startRun() {
    for (SeriesPlot* plot : seriesPlots()) {
        plot->setStore(model().store());
        plot->setRecipeJson(QString::fromStdString(model().description()->recipe_json));
    }
    const auto& schema = model().store()->schema();
    showLoss();
    m_accuracy->setCurves({{*schema.find(Statistic::eval_accuracy_train_mode), tr("train mode"), Meaning::TrainMode},
                           {*schema.find(Statistic::eval_accuracy), tr("eval mode"), Meaning::EvalMode}});
    showLayer();
    showModes();
    showEvents();
}

void StatisticsPage::showLoss() {
    if (!model().store()) return;
    const SeriesIndex loss = *model().store()->schema().find(Statistic::loss);
    std::vector<Curve> curves{{.series = loss, .name = tr("loss of the batch"), .meaning = Meaning::Loss}};
    if (halfLife() > 0) {
        curves.push_back({.series = loss, .name = tr("smoothed"), .meaning = Meaning::Loss, .halfLife = halfLife()});
    }
    m_loss->setCurves(std::move(curves));
}

void StatisticsPage::showLayer() {
    const auto layer = selection().layer();
    if (!model().description()) return;
    m_channels->setVisible(layer.has_value());
    if (!layer) return showNoLayer();
    const auto& description = model().description()->layers.at(static_cast<std::size_t>(layer->value));
    m_channels->setLayer(QString::fromStdString(description.name), static_cast<int>(description.channels));
    showChannels();
    showModes();
}

void StatisticsPage::showNoLayer() {
    for (SeriesPlot* plot : {m_mean, m_variance, m_affine}) {
        plot->setCurves({});
        plot->setEmptyText(tr("This network has no norm layer"));
    }
    m_mean->setTitle(tr("Mean"));
    m_variance->setTitle(tr("Variance"));
    m_affine->setTitle(tr("γ and β"));
    showModes();
}

void StatisticsPage::showChannels() {
    if (!selection().layer() || !model().store()) return;
    const auto& channels = selection().channels();
    m_channels->setSelection(channels);
    QStringList numbers;
    for (const ChannelIndex channel : channels) numbers << QString::number(channel.value);
    const QString where =
        (channels.size() == 1 ? tr("channel %1") : tr("channels %1")).arg(numbers.join(QStringLiteral(", ")));

    std::vector<Curve> mean, variance, affine;
    addChannelCurves(mean, Statistic::batch_mean, tr("batch"), Meaning::Batch, true);
    addChannelCurves(mean, Statistic::running_mean, tr("running"), Meaning::Running);
    addChannelCurves(variance, Statistic::batch_var, tr("batch (1/n)"), Meaning::Batch, true);
    addChannelCurves(variance, Statistic::running_var, tr("running (1/(n−1))"), Meaning::Running);
    addExactCurves(mean, Statistic::population_mean);
    addExactCurves(variance, Statistic::population_var);
    addChannelCurves(affine, Statistic::weight, tr("γ weight"), Meaning::Gamma);
    addChannelCurves(affine, Statistic::bias, tr("β bias"), Meaning::Beta);
    m_mean->setTitle(tr("Mean, %1").arg(where));
    m_variance->setTitle(tr("Variance, %1").arg(where));
    m_affine->setTitle(tr("γ and β, %1").arg(where));
    const QString none = tr("This layer takes no batch statistics");
    m_mean->setEmptyText(mean.empty() ? none : tr("No steps yet"));
    m_variance->setEmptyText(variance.empty() ? none : tr("No steps yet"));
    m_affine->setEmptyText(affine.empty() ? tr("affine is off: this layer has no γ and β") : tr("No steps yet"));
    m_mean->setCurves(std::move(mean));
    m_variance->setCurves(std::move(variance));
    m_affine->setCurves(std::move(affine));
}

void StatisticsPage::addChannelCurves(std::vector<Curve>& curves, Statistic statistic, const QString& name,
                                      Meaning meaning, bool smooths) const {
    const auto& channels = selection().channels();
    const bool smoothed = smooths && halfLife() > 0;
    for (std::size_t i = 0; i < channels.size(); ++i) {
        const auto series = model().store()->schema().find(statistic, selection().layer(), channels[i]);
        if (!series) continue;
        const QString label = channels.size() == 1 ? name : tr("%1 %2").arg(name).arg(channels[i].value);
        Curve curve{.series = *series, .name = label, .meaning = meaning, .variant = static_cast<int>(i)};
        curve.underSmoothed = smoothed;
        curves.push_back(curve);
        if (!smoothed) continue;
        curve.name = tr("%1, smoothed").arg(label);
        curve.halfLife = halfLife();
        curves.push_back(curve);
    }
}

void StatisticsPage::addExactCurves(std::vector<Curve>& curves, Statistic statistic) const {
    if (m_exact.size() == 0) return;
    const auto& channels = selection().channels();
    for (std::size_t i = 0; i < channels.size(); ++i) {
        const auto series = m_exact.store()->schema().find(statistic, selection().layer(), channels[i]);
        if (!series) continue;
        Curve curve{.series = *series,
                    .name = channels.size() == 1 ? tr("exact") : tr("exact %1").arg(channels[i].value),
                    .meaning = Meaning::Exact,
                    .variant = static_cast<int>(i)};
        curve.store = m_exact.store();
        curves.push_back(std::move(curve));
    }
}

void StatisticsPage::showModes() {
    if (!model().description() || !model().store()) return;
    const auto& layers = model().description()->layers;
    const auto& schema = model().store()->schema();
    std::vector<Curve> curves;
    // More curves than that only hide each other.
    constexpr std::size_t mostQuietLayers = 4;
    const bool showsAll = std::ranges::count_if(layers, &telemetry::LayerDescription::is_norm) <=
                          static_cast<std::ptrdiff_t>(mostQuietLayers);
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const LayerIndex layer{static_cast<std::int64_t>(i)};
        const auto series = schema.find(Statistic::mode_difference, layer);
        const bool selected = selection().layer() == layer;
        if (!series || (!selected && !showsAll)) continue;
        curves.push_back(
            {*series, QString::fromStdString(layers[i].name), selected ? Meaning::EvalMode : Meaning::Quiet});
    }
    if (const auto logits = schema.find(Statistic::mode_difference)) {
        curves.push_back({*logits, tr("logits"), Meaning::Neutral});
    }
    m_modes->setCurves(std::move(curves));
}

void StatisticsPage::showEvents() {
    for (SeriesPlot* plot : seriesPlots()) plot->setEvents(model().events());
}

}  // namespace normscope::app
