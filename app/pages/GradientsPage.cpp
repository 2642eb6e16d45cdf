#include "app/pages/GradientsPage.h"

#include "core/instruments/BatchSequence.h"
#include "widgets/controls/ChoiceField.h"
#include "widgets/plots/ValueText.h"

#include <QGridLayout>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace normscope::app {

using instruments::ActivationScale;
using telemetry::Statistic;
using widgets::Curve;
using widgets::MarkerPlot;
using widgets::Meaning;
using widgets::SeriesPlot;

namespace {

constexpr std::size_t mostChosen = 4;  // more lines only hide each other

/// The batch that every measurement of the page takes.
ImageBatch firstTrainingImages(const Experiment& state, ThreadPool& pool) {
    ImageBatch batch;
    instruments::training_images(state, 1).load(0, pool, batch);
    return batch;
}

QString nameOf(const std::string& name) {
    return QString::fromStdString(name);
}

}  // namespace

GradientsPage::GradientsPage(const PageContext& context, QWidget* parent)
    : Page(context, parent),
      m_scale(new MarkerPlot(theme())),
      m_update(new MarkerPlot(theme())),
      m_history(new SeriesPlot(theme())),
      m_gradient(new SeriesPlot(theme())),
      m_saturation(new MarkerPlot(theme())),
      m_landscape(new widgets::LandscapePlot(theme())) {
    buildFields();
    build();
    explain();
    linkSeriesPlots();
    for (MarkerPlot* plot : {m_scale, m_saturation}) {
        connect(plot, &MarkerPlot::categoryActivated, this, &GradientsPage::toggleLayer);
    }
    connect(m_update, &MarkerPlot::categoryActivated, this, [this](int parameter) {
        const auto& name = m_scales.newest()->parameters[static_cast<std::size_t>(parameter)].name;
        if (const auto layer = ScaleHistory::layerOf(*m_scales.newest(), name)) toggleLayer(int(layer->value));
    });
    connect(m_shown, &widgets::ChoiceField::chosen, this, &GradientsPage::showHistory);
    connect(m_reach, &widgets::ChoiceField::chosen, this, &GradientsPage::measureLandscape);
    connect(m_measure, &QPushButton::clicked, this, &GradientsPage::measureLandscape);
    connect(&model(), &RunModel::runStarted, this, &GradientsPage::startRun);
    connect(&model(), &RunModel::rewound, this, [this](const telemetry::RunRewound& item) {
        m_scales.truncateAfter(item.step);
        showHistory();
    });
    connect(&feed(), &StateFeed::progressed, this, [this](const QObject* asker, double share) {
        if (asker == m_landscape) m_landscape->setUnit(tr("measuring, %1 %").arg(int(100 * share)));
    });
    if (model().description()) startRun();
}

std::vector<std::pair<QString, widgets::PlotCard*>> GradientsPage::plots() const {
    return {{QStringLiteral("scale-by-layer"), m_scale},       {QStringLiteral("update-ratio"), m_update},
            {QStringLiteral("scale-over-steps"), m_history},   {QStringLiteral("gradient-over-steps"), m_gradient},
            {QStringLiteral("saturated-units"), m_saturation}, {QStringLiteral("loss-landscape"), m_landscape}};
}

void GradientsPage::buildFields() {
    m_shown = new widgets::ChoiceField(
        theme(), tr("Over steps"), tr("What the plot in the middle, on the left, shows of the chosen layers"),
        {{QStringLiteral("activations"), tr("activation scale"), {}},
         {QStringLiteral("updates"), tr("update ratio"), tr("Of the layer's first parameter tensor, its weight")},
         {QStringLiteral("saturation"), tr("saturated units"), {}}});
    m_reach = new widgets::ChoiceField(theme(), tr("Look ahead"),
                                       tr("How far along the gradient the loss is measured, in learning rates"),
                                       {{QStringLiteral("4"), tr("4 learning rates"), {}},
                                        {QStringLiteral("1"), tr("1 learning rate"), {}},
                                        {QStringLiteral("16"), tr("16 learning rates"), {}},
                                        {QStringLiteral("64"), tr("64 learning rates"), {}}});
    m_measure = new QPushButton(tr("Measure the loss"));
    m_measure->setAccessibleName(tr("Measure the loss along the gradient"));
    m_measure->setToolTip(
        tr("Takes the network of the step on view %1 times along its gradient, on one batch of training images. "
           "Happens by itself whenever the run stands still.")
            .arg(landscapePoints));
}

void GradientsPage::build() {
    auto* fields = new QHBoxLayout;
    fields->setSpacing(16);
    fields->addWidget(m_shown, 2);
    fields->addWidget(m_reach, 2);
    fields->addWidget(m_measure);
    fields->addStretch(2);
    auto* grid = new QGridLayout;
    grid->setSpacing(8);
    grid->addWidget(m_scale, 0, 0);
    grid->addWidget(m_update, 0, 1);
    grid->addWidget(m_history, 1, 0);
    grid->addWidget(m_gradient, 1, 1);
    grid->addWidget(m_saturation, 2, 0);
    grid->addWidget(m_landscape, 2, 1);
    for (int i = 0; i < 3; ++i) grid->setRowStretch(i, 1);
    for (int i = 0; i < 2; ++i) grid->setColumnStretch(i, 1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 8, 16, 8);
    column->setSpacing(8);
    column->addLayout(fields);
    column->addLayout(grid, 1);
    // Three rows must fit on a screen of 720 lines.
    for (const auto& [name, plot] : plots()) plot->setMinimumHeight(112);
    m_scale->setLogarithmic(true);
    m_update->setLogarithmic(true);
    m_gradient->setLogarithmic(true);
    m_saturation->setValueRange(-0.02, 1.02);
}

void GradientsPage::explain() {
    const QString choose = tr("Click or Enter: draw this layer over the steps, or not any longer.");
    m_scale->setTitle(tr("Scale by layer"));
    m_scale->setUnit(tr("root mean square"));
    m_scale->setToolTip(tr("√(mean y²) of each layer's output, and √(mean (∂L/∂y)²) of the loss's gradient there, in "
                           "train mode on one batch of training images. %1")
                            .arg(choose));
    m_scale->setWhatsThis(
        tr("Activations of a like size in all layers, and gradients that neither fade nor grow on their way back, are "
           "what lets deep networks learn. Norm layers set the scale anew again and again."));
    m_update->setTitle(tr("Update ratio by parameter"));
    m_update->setUnit(tr("lr·‖g‖ / ‖W‖"));
    m_update->setToolTip(
        tr("How far one step of plain SGD would move each parameter tensor, relative to its size. %1").arg(choose));
    m_update->setWhatsThis(
        tr("Around a thousandth is usual for weights. Far more shakes the network, far less and "
           "that tensor hardly learns."));
    m_history->setToolTip(tr("Of the chosen layers, at the steps measured while this page was visible"));
    m_history->setWhatsThis(
        tr("Scale of the outputs, update ratio or saturated units of the chosen layers over time."));
    m_gradient->setTitle(tr("Gradient scale over steps"));
    m_gradient->setUnit(tr("step"));
    m_gradient->setToolTip(
        tr("√(mean (∂L/∂y)²) of the chosen layers, at the steps measured while this page was visible"));
    m_gradient->setWhatsThis(
        tr("Gradients fade as the network learns; a layer whose gradients fade sooner than those "
           "of the others stops learning before them."));
    m_saturation->setTitle(tr("Saturated units"));
    m_saturation->setUnit(tr("share"));
    m_saturation->setToolTip(tr("Share of a layer's outputs that let hardly any gradient through: 0 of a ReLU, below "
                                "0.01 or above 0.99 of a sigmoid. %1")
                                 .arg(choose));
    m_saturation->setWhatsThis(
        tr("A ReLU that is 0 passes no gradient. About half is usual behind a norm layer with "
           "β near 0."));
    m_landscape->setTitle(tr("Loss along the gradient"));
    m_landscape->setEmptyText(tr("Pause, or press “Measure the loss”"));
    m_landscape->setToolTip(
        tr("Loss at w − η·g, on one batch of training images in train mode. The solid line marks η = 0, where the "
           "network stands, the dashed one its learning rate. Smoothness β: the largest ‖∇L(w − ηg) − g‖ / (|η|·‖g‖); "
           "small is smooth. After Santurkar et al. 2018."));
    m_landscape->setWhatsThis(
        tr("How far can one follow the gradient? A loss that falls like a smooth bowl, and a gradient that hardly "
           "turns on the way, allow large steps. Batch normalization makes the landscape smoother."));
}

void GradientsPage::linkSeriesPlots() {
    for (SeriesPlot* plot : {m_history, m_gradient}) {
        connect(&model(), &RunModel::stepsAppended, plot, &SeriesPlot::markDirty);
        connect(&model(), &RunModel::eventsRecorded, plot, [this, plot] { plot->setEvents(model().events()); });
        connect(plot, &SeriesPlot::cursorMoved, &selection(), [this](double step) { selection().setCursorStep(step); });
        connect(plot, &SeriesPlot::cursorLeft, &selection(), [this] { selection().setCursorStep(std::nullopt); });
        connect(&selection(), &SelectionModel::cursorStepChanged, plot,
                [this, plot] { plot->setCursor(selection().cursorStep()); });
        SeriesPlot* other = plot == m_history ? m_gradient : m_history;
        connect(plot, &SeriesPlot::xRangeChanged, other, &SeriesPlot::setXRange);
        connect(plot, &SeriesPlot::followStarted, other, &SeriesPlot::follow);
    }
}

void GradientsPage::startRun() {
    m_scales.clear();
    m_chosen.clear();
    for (const auto& [name, plot] : plots()) {
        plot->setRecipeJson(QString::fromStdString(model().description()->recipe_json));
    }
    for (SeriesPlot* plot : {m_history, m_gradient}) {
        plot->setStore(model().store());
        plot->setEvents(model().events());
    }
    for (MarkerPlot* plot : {m_scale, m_update, m_saturation}) plot->setData({}, {});
    m_landscape->setSamples({}, 0);
    m_landscape->setUnit({});
    showHistory();
}

void GradientsPage::refresh() {
    if (!model().description()) return;
    measureScales();
    if (!model().isActive()) measureLandscape();
}

void GradientsPage::measureScales() {
    ask([this](StateOnView& view) -> Answer {
        const Experiment& state = view.experiment;
        ActivationScale found =
            instruments::activation_scale(state.network(), firstTrainingImages(state, view.trainer.pool()),
                                          state.learning_rate(), view.trainer.pool());
        return [this, run = view.run_id, step = state.step(), found = std::move(found)] {
            if (!model().description() || run != model().description()->run_id) return;
            m_scales.add(run, step, found);
            chooseAtFirst();
            showScales();
            showHistory();
        };
    });
}

/// The first layer with weights, the selected norm layer and the last layer.
void GradientsPage::chooseAtFirst() {
    if (!m_chosen.empty()) return;
    const auto& layers = m_scales.newest()->layers;
    const auto add = [this](LayerIndex layer) {
        if (std::ranges::count(m_chosen, layer) == 0) m_chosen.push_back(layer);
    };
    if (!m_scales.newest()->parameters.empty()) {
        if (const auto first = ScaleHistory::layerOf(*m_scales.newest(), m_scales.newest()->parameters[0].name)) {
            add(*first);
        }
    }
    if (selection().layer()) add(*selection().layer());
    if (!layers.empty()) add(layers.back().layer);
}

void GradientsPage::toggleLayer(int layer) {
    const LayerIndex toggled{layer};
    if (std::erase(m_chosen, toggled) == 0) m_chosen.push_back(toggled);
    if (m_chosen.size() > mostChosen) m_chosen.erase(m_chosen.begin());
    showScales();
    showHistory();
}

void GradientsPage::showScales() {
    if (!m_scales.newest()) return;
    const ActivationScale& scale = *m_scales.newest();
    std::vector<QString> layers, parameters;
    std::vector<double> activations, gradients, saturated, ratios;
    std::vector<int> chosen, chosenParameters;
    for (const instruments::LayerScale& layer : scale.layers) {
        if (std::ranges::count(m_chosen, layer.layer) > 0) chosen.push_back(int(layers.size()));
        layers.push_back(nameOf(layer.name));
        activations.push_back(layer.rms);
        gradients.push_back(layer.gradient_rms);
        const bool saturates = layer.kind == "ReLU" || layer.kind == "Sigmoid";
        saturated.push_back(saturates ? layer.saturated : std::nan(""));
    }
    for (const instruments::ParameterScale& parameter : scale.parameters) {
        const auto layer = ScaleHistory::layerOf(scale, parameter.name);
        if (layer && std::ranges::count(m_chosen, *layer) > 0) chosenParameters.push_back(int(parameters.size()));
        parameters.push_back(nameOf(parameter.name));
        ratios.push_back(parameter.trainable ? parameter.update_ratio : 0);
    }
    m_scale->setData(
        layers, {{tr("activations"), Meaning::Neutral, activations}, {tr("gradients"), Meaning::Quiet, gradients}});
    m_scale->setChosen(chosen);
    m_saturation->setData(layers, {{tr("saturated"), Meaning::Neutral, saturated}});
    m_saturation->setChosen(chosen);
    m_update->setData(parameters, {{tr("update ratio"), Meaning::Neutral, ratios}});
    m_update->setChosen(chosenParameters);
    m_scale->setTitle(tr("Scale by layer, step %1").arg(m_scales.newestStep().value));
}

std::vector<Curve> GradientsPage::curvesOf(Statistic statistic) const {
    std::vector<Curve> curves;
    const auto store = m_scales.store();
    if (!store || !m_scales.newest()) return curves;
    for (std::size_t i = 0; i < m_chosen.size(); ++i) {
        const std::optional<ChannelIndex> tensor =
            statistic == Statistic::update_ratio ? std::optional(ChannelIndex{0}) : std::nullopt;
        const auto series = store->schema().find(statistic, m_chosen[i], tensor);
        if (!series) continue;
        const auto& name = m_scales.newest()->layers[static_cast<std::size_t>(m_chosen[i].value)].name;
        Curve curve{.series = *series, .name = nameOf(name), .meaning = Meaning::Neutral, .variant = int(i)};
        curve.store = store;
        curves.push_back(std::move(curve));
    }
    return curves;
}

void GradientsPage::showHistory() {
    const QString shown = m_shown->value();
    const bool updates = shown == QLatin1String("updates");
    const bool saturation = shown == QLatin1String("saturation");
    m_history->setTitle(updates      ? tr("Update ratio over steps")
                        : saturation ? tr("Saturated units over steps")
                                     : tr("Activation scale over steps"));
    m_history->setUnit(tr("step"));
    m_history->setLogarithmic(!saturation);
    m_history->setValueRange(saturation ? std::optional(widgets::ValueRange{0, 1}) : std::nullopt);
    m_history->setCurves(curvesOf(updates      ? Statistic::update_ratio
                                  : saturation ? Statistic::saturated_share
                                               : Statistic::activation_rms));
    m_gradient->setCurves(curvesOf(Statistic::gradient_rms));
}

std::vector<double> GradientsPage::landscapeSteps(double reach) {
    constexpr int before = landscapePoints / 5;
    std::vector<double> steps;
    for (int i = -before; i < landscapePoints - before; ++i) {
        steps.push_back(reach * i / (landscapePoints - before - 1));
    }
    return steps;
}

void GradientsPage::measureLandscape() {
    if (!model().description()) return;
    feed().ask(m_landscape, [this, factor = m_reach->value().toDouble()](StateOnView& view) -> Answer {
        const Experiment& state = view.experiment;
        ThreadPool& pool = view.trainer.pool();
        const ImageBatch batch = firstTrainingImages(state, pool);
        // A schedule may end at 0: there is still a landscape.
        const double rate = state.learning_rate() > 0 ? state.learning_rate() : state.recipe().optimizer.lr;
        auto found = instruments::loss_landscape<float>(state.network(), batch.images, batch.labels,
                                                        landscapeSteps(factor * rate), pool, view.watch);
        return [this, run = view.run_id, step = state.step(), rate, found = std::move(found)] {
            if (model().description() && run == model().description()->run_id) showLandscape(found, rate, step);
        };
    });
}

void GradientsPage::showLandscape(const instruments::LossLandscape& found, double learningRate, StepIndex step) {
    std::vector<widgets::LandscapeSample> samples;
    for (const instruments::LandscapePoint& point : found.points) {
        const double turned = found.gradient_norm > 0 ? point.gradient_difference / found.gradient_norm : 0;
        samples.push_back({point.step, point.loss, turned});
    }
    m_landscape->setTitle(tr("Loss along the gradient, step %1").arg(step.value));
    m_landscape->setUnit(tr("smoothness β %1").arg(widgets::shortText(found.smoothness)));
    m_landscape->setSamples(std::move(samples), learningRate);
}

}  // namespace normscope::app
