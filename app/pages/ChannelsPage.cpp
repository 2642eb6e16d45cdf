#include "app/pages/ChannelsPage.h"

#include "widgets/controls/ChoiceField.h"
#include "widgets/plots/ValueText.h"
#include "widgets/theme/LabelStyle.h"

#include <QGridLayout>
#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>
#include <array>
#include <cmath>

namespace normscope::app {

using telemetry::Statistic;
using widgets::ChoiceField;
using widgets::ColorMapKind;

namespace {

constexpr std::int64_t activityBatches = 2;
/// Cells of the map, and samples read for it, in all: what ten times a second costs must not grow with the network.
constexpr std::size_t mostCells = 49152;
constexpr std::size_t mostSamples = 196608;
constexpr std::size_t longestTrail = 64;  // points
constexpr std::size_t mostSelected = 4;

/// What belongs to a ChannelsPage::Shown, in its order.
struct ShownStatistic {
    const char* key;
    Statistic first;
    std::optional<Statistic> subtracted;
    ColorMapKind colors;
    bool logarithmic;
};

const std::array<ShownStatistic, 8>& shownStatistics() {
    static const std::array<ShownStatistic, 8> table{
        ShownStatistic{"mean-gap", Statistic::running_mean, Statistic::batch_mean, ColorMapKind::Diverging, false},
        {"variance-gap", Statistic::running_var, Statistic::batch_var, ColorMapKind::Diverging, false},
        {"batch-mean", Statistic::batch_mean, {}, ColorMapKind::Diverging, false},
        {"running-mean", Statistic::running_mean, {}, ColorMapKind::Diverging, false},
        {"batch-variance", Statistic::batch_var, {}, ColorMapKind::Sequential, true},
        {"running-variance", Statistic::running_var, {}, ColorMapKind::Sequential, true},
        {"gamma", Statistic::weight, {}, ColorMapKind::Sequential, false},
        {"beta", Statistic::bias, {}, ColorMapKind::Diverging, false},
    };
    return table;
}

const ShownStatistic& tableOf(ChannelsPage::Shown shown) {
    return shownStatistics().at(static_cast<std::size_t>(shown));
}

}  // namespace

ChannelsPage::ChannelsPage(const PageContext& context, QWidget* parent)
    : Page(context, parent),
      m_map(new widgets::HeatMapPlot(theme())),
      m_plane(new widgets::TrailPlot(theme())),
      m_summary(new QLabel) {
    buildFields();
    build();
    explain();
    applyTheme();
    connect(&theme(), &widgets::Theme::changed, this, &ChannelsPage::applyTheme);
    for (ChoiceField* field : {m_statistic, m_order, m_filter, m_trail}) {
        connect(field, &ChoiceField::chosen, this, &ChannelsPage::showAll);
    }
    connect(m_map, &widgets::HeatMapPlot::zoomChanged, this, &ChannelsPage::showMap);
    connect(m_map, &widgets::HeatMapPlot::rowActivated, this, &ChannelsPage::activateChannel);
    connect(m_plane, &widgets::TrailPlot::pointActivated, this, &ChannelsPage::activateChannel);
    connect(m_map, &widgets::HeatMapPlot::cursorMoved, &selection(),
            [this](double step) { selection().setCursorStep(step); });
    connect(m_map, &widgets::HeatMapPlot::cursorLeft, &selection(),
            [this] { selection().setCursorStep(std::nullopt); });
    connect(&selection(), &SelectionModel::cursorStepChanged, m_map,
            [this] { m_map->setCursor(selection().cursorStep()); });
    m_map->setReader([this](int channel, std::int64_t step) { return valueAt({channel}, {step}); });
}

std::vector<std::pair<QString, widgets::PlotCard*>> ChannelsPage::plots() const {
    return {{QStringLiteral("channel-map"), m_map}, {QStringLiteral("gamma-beta-plane"), m_plane}};
}

void ChannelsPage::buildFields() {
    m_statistic = new ChoiceField(
        theme(), tr("Show"), tr("Which statistic the map shows of every channel"),
        {{QStringLiteral("mean-gap"), tr("Running mean − batch mean"), tr("Blue: the running mean is larger")},
         {QStringLiteral("variance-gap"), tr("Running variance − batch variance"),
          tr("Unbiased running variance less the biased one of the batch; blue: the running one is larger")},
         {QStringLiteral("batch-mean"), tr("Batch mean"), {}},
         {QStringLiteral("running-mean"), tr("Running mean"), {}},
         {QStringLiteral("batch-variance"), tr("Batch variance"), tr("Biased (1/n), on a logarithmic scale")},
         {QStringLiteral("running-variance"), tr("Running variance"), tr("Unbiased, on a logarithmic scale")},
         {QStringLiteral("gamma"), tr("γ (weight)"), {}},
         {QStringLiteral("beta"), tr("β (bias)"), {}}});
    m_order = new ChoiceField(
        theme(), tr("Sort by"), tr("Order of the channels from top to bottom, at the step on view"),
        {{QStringLiteral("index"), tr("index"), {}},
         {QStringLiteral("gap"), tr("gap"),
          tr("How far eval mode normalizes the step's batch from train mode: root mean square difference of x̂")},
         {QStringLiteral("scale"), tr("|γ|"), {}},
         {QStringLiteral("variance"), tr("variance"), tr("Running variance; of the batch where none is kept")}});
    m_filter = new ChoiceField(
        theme(), tr("Gap"),
        tr("Shows only channels whose gap at the step on view is at least this. The gap is the root mean square "
           "difference between x̂ of eval mode and x̂ of train mode over the step's batch: 1 is one standard deviation."),
        {{QStringLiteral("0"), tr("all"), {}},
         {QStringLiteral("0.05"), tr("≥ 0.05"), {}},
         {QStringLiteral("0.1"), tr("≥ 0.1"), {}},
         {QStringLiteral("0.2"), tr("≥ 0.2"), {}},
         {QStringLiteral("0.5"), tr("≥ 0.5"), {}},
         {QStringLiteral("1"), tr("≥ 1"), {}}});
    m_trail = new ChoiceField(theme(), tr("Trail"), tr("How many recorded steps each trail in the γ–β plane goes back"),
                              {{QStringLiteral("0"), tr("none"), {}},
                               {QStringLiteral("50"), tr("50 steps"), {}},
                               {QStringLiteral("200"), tr("200 steps"), {}},
                               {QStringLiteral("1000"), tr("1000 steps"), {}},
                               {QStringLiteral("-1"), tr("whole run"), {}}});
    m_trail->setValue(QStringLiteral("200"));
}

void ChannelsPage::build() {
    auto* fields = new QHBoxLayout;
    fields->setSpacing(16);
    fields->addWidget(m_statistic, 3);
    fields->addWidget(m_order, 2);
    fields->addWidget(m_filter, 2);
    fields->addWidget(m_trail, 2);
    fields->addStretch(1);

    auto* plots = new QHBoxLayout;
    plots->setSpacing(8);
    plots->addWidget(m_map, 3);
    plots->addWidget(m_plane, 2);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 8, 16, 8);
    column->setSpacing(8);
    column->addLayout(fields);
    column->addWidget(m_summary);
    column->addLayout(plots, 1);
    m_map->setMinimumSize(360, 200);
    m_plane->setMinimumSize(260, 200);
    m_summary->setWordWrap(true);
    m_summary->setTextFormat(Qt::PlainText);
}

void ChannelsPage::explain() {
    const QString dead =
        tr("× marks a dead channel: every value behind the layer's ReLU is 0 in %1 batches of training images of the "
           "state on view (train mode), or |γ| < %2, or the batch variance is at most eps.")
            .arg(activityBatches)
            .arg(smallestScale);
    m_map->setToolTip(
        tr("One line a channel, steps from left to right. Colours span all but the outermost hundredth of the values "
           "at either end. A column that stands for several steps shows the middle between their extremes; the mouse "
           "reads the value of the step itself. Chequered: not a finite number.\n%1\n"
           "Click: select the channel (Ctrl: add it). Wheel or + and −: zoom the steps. Double click or Esc: all.")
            .arg(dead));
    m_map->setWhatsThis(
        tr("The map shows one statistic of all channels of the selected layer over all recorded steps. Horizontal "
           "stripes of colour in “running − batch” are channels whose running statistics lag behind: they are what "
           "makes eval mode differ from train mode."));
    m_plane->setAxes(tr("γ weight"), &widgets::ThemeColors::gamma, tr("β bias"), &widgets::ThemeColors::beta);
    m_plane->setTitle(tr("γ–β plane"));
    m_plane->setToolTip(tr("Where scale γ and shift β of every channel stand at the step on view, and the way they "
                           "came. Click: select the channel (Ctrl: add it). Arrow keys: from channel to channel.\n%1")
                            .arg(dead));
    m_plane->setWhatsThis(
        tr("Every channel starts at γ = 1, β = 0. Training moves it: a channel near γ = 0 hardly passes on what it "
           "sees, one with large negative β is mostly cut off by the ReLU behind it."));
    m_summary->setToolTip(dead);
}

void ChannelsPage::applyTheme() {
    widgets::setTextStyle(m_summary, theme().font(widgets::TextRole::Small), theme().colors().muted);
}

ChannelsPage::Shown ChannelsPage::shown() const {
    const auto& table = shownStatistics();
    const auto found = std::ranges::find_if(
        table, [key = m_statistic->value()](const ShownStatistic& one) { return key == QLatin1String(one.key); });
    return static_cast<Shown>(found == table.end() ? 0 : found - table.begin());
}

std::int64_t ChannelsPage::channelCount() const {
    if (!selection().layer() || !model().description()) return 0;
    const auto& layers = model().description()->layers;
    const auto position = static_cast<std::size_t>(selection().layer()->value);
    return position < layers.size() ? layers[position].channels : 0;
}

const instruments::LayerActivity* ChannelsPage::activity() const {
    if (!model().description() || m_activityRun != model().description()->run_id) return nullptr;
    for (const auto& layer : m_activity.layers) {
        if (layer.layer == selection().layer()) return &layer;
    }
    return nullptr;
}

void ChannelsPage::refresh() {
    showAll();
    if (channelCount() > 0) measureActivity();
}

void ChannelsPage::measureActivity() {
    ask([this](StateOnView& view) -> Answer {
        const Experiment& state = view.experiment;
        auto found = instruments::channel_activity(
            state.network(), instruments::training_images(state, activityBatches), view.trainer.pool(), view.watch);
        return [this, run = view.run_id, found = std::move(found)] {
            m_activity = found;
            m_activityRun = run;
            showAll();
        };
    });
}

void ChannelsPage::showAll() {
    const std::int64_t channels = channelCount();
    if (channels == 0 || !model().store()) return showNothing();
    const instruments::LayerActivity* measured = activity();
    const double eps = measured ? measured->eps : model().description()->hyperparameters.at("model.norm.eps");
    m_facts = channelFacts(*model().store(), *selection().layer(), channels, feed().step(), eps,
                           measured ? measured->nonzero : std::vector<double>());
    const auto dead = std::ranges::count_if(m_facts, [](const ChannelFacts& facts) { return facts.dead.any(); });
    showSummary(m_facts.size(), static_cast<std::size_t>(dead));
    const QString order = m_order->value();
    sortChannels(m_facts, order == QLatin1String("gap")        ? ChannelOrder::Gap
                          : order == QLatin1String("scale")    ? ChannelOrder::Scale
                          : order == QLatin1String("variance") ? ChannelOrder::Variance
                                                               : ChannelOrder::Index);
    dropSmallGaps(m_facts, m_filter->value().toDouble());
    const QString recipe = QString::fromStdString(model().description()->recipe_json);
    m_map->setRecipeJson(recipe);
    m_plane->setRecipeJson(recipe);
    showMap();
    showPlane();
}

void ChannelsPage::showNothing() {
    m_facts.clear();
    const bool loaded = model().description() != nullptr;
    const QString why = loaded ? tr("This network has no norm layer") : tr("No steps yet");
    m_map->setTitle(tr("Channels"));
    m_map->setEmptyText(why);
    m_plane->setEmptyText(why);
    m_map->setData({});
    m_plane->setPoints({});
    m_summary->setText(why);
}

void ChannelsPage::showSummary(std::size_t all, std::size_t dead) {
    std::vector<ChannelFacts> known;
    std::ranges::copy_if(m_facts, std::back_inserter(known), [](const auto& one) { return std::isfinite(one.gap); });
    QString text = tr("%1 channels, %2 dead").arg(all).arg(dead);
    if (dead > 0) text += tr(" (×)");
    if (!known.empty()) {
        sortChannels(known, ChannelOrder::Gap);
        text += tr(" · largest gap %1 (channel %2), median %3")
                    .arg(widgets::shortText(known.front().gap))
                    .arg(known.front().channel.value)
                    .arg(widgets::shortText(known[known.size() / 2].gap));
    }
    text += tr(" · step %1").arg(feed().step().value);
    m_summary->setText(text);
}

std::vector<float> ChannelsPage::resampled(Statistic statistic, ChannelIndex channel, const widgets::StepGrid& grid,
                                           std::size_t most) const {
    const auto series = model().store()->schema().find(statistic, selection().layer(), channel);
    if (!series) return {};
    return widgets::resampled(model().store()->series(*series).samples(grid.first, grid.end() - 1, most), grid);
}

std::vector<float> ChannelsPage::cellsOf(ChannelIndex channel, const widgets::StepGrid& grid, std::size_t most) const {
    const ShownStatistic& what = tableOf(shown());
    std::vector<float> cells = resampled(what.first, channel, grid, most);
    if (!what.subtracted || cells.empty()) return cells;
    const std::vector<float> other = resampled(*what.subtracted, channel, grid, most);
    if (other.empty()) return {};
    for (std::size_t i = 0; i < cells.size(); ++i) {
        // Infinite cells stand for values that are not finite: so does their difference.
        const bool bad = std::isinf(cells[i]) || std::isinf(other[i]);
        cells[i] = bad ? std::numeric_limits<float>::infinity() : cells[i] - other[i];
    }
    return cells;
}

void ChannelsPage::showMap() {
    if (m_facts.empty() && channelCount() == 0) return;
    const ShownStatistic& what = tableOf(shown());
    const std::int64_t last = model().store() ? model().store()->last_step().value : 0;
    const auto steps = m_map->zoomedSteps().value_or(std::pair<std::int64_t, std::int64_t>(1, last));
    const std::size_t rows = std::max<std::size_t>(m_facts.size(), 1);
    const auto columns = std::min<std::size_t>(static_cast<std::size_t>(m_map->pixelColumns()), mostCells / rows + 1);
    widgets::HeatMapData cells{.rows = {},
                               .grid = widgets::stepGrid(steps.first, std::min(steps.second, last), int(columns)),
                               .cells = {},
                               .colors = what.colors,
                               .logarithmic = what.logarithmic};
    const std::size_t most =
        std::clamp(mostSamples / rows / (what.subtracted ? 2 : 1), std::size_t{256},
                   telemetry::SeriesPyramid::raw_capacity + telemetry::SeriesPyramid::level_capacity);
    bool recorded = false;
    for (const ChannelFacts& facts : m_facts) {
        const std::vector<float> row = cellsOf(facts.channel, cells.grid, most);
        recorded = recorded || !row.empty();
        cells.cells.insert(cells.cells.end(), row.begin(), row.end());
        cells.rows.push_back({.id = int(facts.channel.value),
                              .name = tr("channel %1").arg(facts.channel.value),
                              .label = QString::number(facts.channel.value),
                              .selected = std::ranges::count(selection().channels(), facts.channel) > 0,
                              .mark = whyDead(facts.dead)});
    }
    m_map->setEmptyText(m_facts.empty() ? tr("No channel has a gap this large")
                        : last == 0     ? tr("No steps yet")
                                        : tr("This layer does not keep this statistic"));
    if (!recorded) cells.rows.clear();
    const auto& layer = model().description()->layers[static_cast<std::size_t>(selection().layer()->value)];
    m_map->setTitle(tr("%1, %2").arg(m_statistic->text(), QString::fromStdString(layer.name)));
    m_map->setUnit(what.logarithmic ? tr("logarithmic colours") : QString());
    m_map->setViewedStep(feed().viewedStep() ? std::optional(feed().viewedStep()->value) : std::nullopt);
    m_map->setData(std::move(cells));
}

void ChannelsPage::showPlane() {
    const auto& store = *model().store();
    const std::int64_t now = feed().step().value;
    const std::int64_t wanted = m_trail->value().toLongLong();
    const std::int64_t first = wanted < 0 ? 1 : std::max<std::int64_t>(1, now - wanted);
    std::vector<widgets::TrailPoint> points;
    for (const ChannelFacts& facts : m_facts) {
        if (std::isnan(facts.gamma) && std::isnan(facts.beta)) continue;
        const auto& channels = selection().channels();
        const auto chosen = std::ranges::find(channels, facts.channel);
        widgets::TrailPoint point{.id = int(facts.channel.value),
                                  .name = tr("channel %1").arg(facts.channel.value),
                                  .at = {facts.gamma, facts.beta},
                                  .selected = chosen == channels.end() ? -1 : int(chosen - channels.begin()),
                                  .mark = whyDead(facts.dead)};
        const auto gamma = store.schema().find(Statistic::weight, selection().layer(), facts.channel);
        const auto beta = store.schema().find(Statistic::bias, selection().layer(), facts.channel);
        const std::int64_t stride = std::max<std::int64_t>(1, (now - first) / std::int64_t{longestTrail});
        for (std::int64_t step = first; wanted != 0 && step < now && gamma && beta; step += stride) {
            const auto x = valueNear(store, *gamma, {step});
            const auto y = valueNear(store, *beta, {step});
            if (x && y) point.trail.emplace_back(*x, *y);
        }
        points.push_back(std::move(point));
    }
    m_plane->setEmptyText(now == 0          ? tr("No steps yet")
                          : m_facts.empty() ? tr("No channel has a gap this large")
                                            : tr("affine is off: this layer has no γ and β"));
    m_plane->setPoints(std::move(points));
}

QString ChannelsPage::valueAt(ChannelIndex channel, StepIndex step) const {
    if (!model().store()) return {};
    const auto& store = *model().store();
    const ShownStatistic& what = tableOf(shown());
    const auto first = store.schema().find(what.first, selection().layer(), channel);
    if (!first) return QStringLiteral("–");
    const auto value = store.series(*first).value_at(step.value);
    if (!what.subtracted && value) return widgets::exactText(*value);
    const auto near = valueNear(store, *first, step);
    if (!near) return QStringLiteral("–");
    if (!what.subtracted) return tr("about %1").arg(widgets::shortText(*near));
    const auto second = store.schema().find(*what.subtracted, selection().layer(), channel);
    if (!second) return QStringLiteral("–");
    const auto other = store.series(*second).value_at(step.value);
    if (value && other) return widgets::exactText(*value - *other);
    const auto otherNear = valueNear(store, *second, step);
    return otherNear ? tr("about %1").arg(widgets::shortText(*near - *otherNear)) : QStringLiteral("–");
}

QString ChannelsPage::whyDead(const DeadSigns& dead) const {
    QStringList signs;
    if (dead.silent) signs << tr("always 0 behind the ReLU (%1 images)").arg(m_activity.images);
    if (dead.collapsed) signs << tr("|γ| < %1").arg(smallestScale);
    if (dead.constant) signs << tr("batch variance ≤ eps");
    return signs.join(QStringLiteral(", "));
}

void ChannelsPage::activateChannel(int channel, bool add) {
    const ChannelIndex chosen{channel};
    if (!add) return selection().selectChannels({chosen});
    std::vector<ChannelIndex> channels = selection().channels();
    if (std::erase(channels, chosen) == 0) channels.push_back(chosen);
    if (channels.size() > mostSelected) channels.erase(channels.begin());
    selection().selectChannels(channels);
}

}  // namespace normscope::app
