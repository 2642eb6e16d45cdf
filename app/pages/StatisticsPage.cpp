#include "app/pages/StatisticsPage.h"

#include <QGridLayout>
#include <QVBoxLayout>

#include <algorithm>

namespace normscope::app {

using telemetry::Statistic;
using widgets::Curve;
using widgets::Meaning;
using widgets::SeriesPlot;

StatisticsPage::StatisticsPage(const PageContext& context, QWidget* parent)
    : Page(context, parent),
      m_channels(new widgets::ChannelSelector(theme())),
      m_mean(new SeriesPlot(theme())),
      m_variance(new SeriesPlot(theme())),
      m_affine(new SeriesPlot(theme())),
      m_modes(new SeriesPlot(theme())),
      m_loss(new SeriesPlot(theme())),
      m_accuracy(new SeriesPlot(theme())) {
    build();
    linkPlots();
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
void StatisticsPage::refresh() {}

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
    column->addWidget(m_channels);
    column->addLayout(grid, 1);

    // Three rows must fit on a screen of 720 lines.
    for (SeriesPlot* plot : seriesPlots()) plot->setMinimumHeight(112);

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
    m_mean->setToolTip(tr("Batch mean of the step and the running mean after it"));
    m_variance->setToolTip(
        tr("Biased batch variance (1/n), which normalizes in train mode, and the running average of "
           "the unbiased one (1/(n−1)), which normalizes in eval mode"));
    m_affine->setToolTip(tr("Scale γ (weight) and shift β (bias) after the step"));
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
    m_loss->setCurves({{*schema.find(Statistic::loss), tr("loss of the batch"), Meaning::Loss}});
    m_accuracy->setCurves({{*schema.find(Statistic::eval_accuracy_train_mode), tr("train mode"), Meaning::TrainMode},
                           {*schema.find(Statistic::eval_accuracy), tr("eval mode"), Meaning::EvalMode}});
    showLayer();
    showModes();
    showEvents();
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
    addChannelCurves(mean, Statistic::batch_mean, tr("batch"), Meaning::Batch);
    addChannelCurves(mean, Statistic::running_mean, tr("running"), Meaning::Running);
    addChannelCurves(variance, Statistic::batch_var, tr("batch (1/n)"), Meaning::Batch);
    addChannelCurves(variance, Statistic::running_var, tr("running (1/(n−1))"), Meaning::Running);
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
                                      Meaning meaning) const {
    const auto& channels = selection().channels();
    for (std::size_t i = 0; i < channels.size(); ++i) {
        const auto series = model().store()->schema().find(statistic, selection().layer(), channels[i]);
        if (!series) continue;
        const QString label = channels.size() == 1 ? name : tr("%1 %2").arg(name).arg(channels[i].value);
        curves.push_back({*series, label, meaning, static_cast<int>(i)});
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
