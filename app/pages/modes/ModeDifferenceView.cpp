#include "app/pages/modes/ModeDifferenceView.h"

#include "widgets/theme/LabelStyle.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace normscope::app {

using instruments::GapCause;
using instruments::LayerDifference;
using instruments::StatisticsSource;
using telemetry::RunState;
using widgets::BarPart;
using widgets::BarSeries;
using widgets::Meaning;
using widgets::TextRole;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

QString percent(double share) {
    return std::isnan(share) ? QStringLiteral("–") : QStringLiteral("%1 %").arg(100 * share, 0, 'f', 1);
}

QStringList numbers(std::size_t count) {
    QStringList texts;
    for (std::size_t i = 0; i < count; ++i) texts << QString::number(i);
    return texts;
}

std::vector<double> doubles(const std::vector<float>& values) {
    return {values.begin(), values.end()};
}

}  // namespace

ModeDifferenceView::ModeDifferenceView(const PageContext& context, QWidget* parent)
    : QWidget(parent),
      m_context(context),
      m_layers(new widgets::GroupedBarPlot(context.theme)),
      m_channels(new widgets::GroupedBarPlot(context.theme)),
      m_scores(new widgets::GroupedBarPlot(context.theme)),
      m_logits(new widgets::GroupedBarPlot(context.theme)),
      m_flips(new widgets::PictureCard(context.theme)),
      m_gap(new widgets::StackedBarPlot(context.theme)),
      m_summary(new QLabel),
      m_imageLabel(new QLabel(tr("&Image"))),
      m_picture(new QLabel),
      m_image(new QSpinBox),
      m_measure(new QPushButton(tr("Measure the &causes"))),
      m_progress(new QProgressBar) {
    build();
    explain();
    connectParts();
    applyTheme();
    if (context.run.model().description()) startRun();
}

std::vector<std::pair<QString, widgets::PlotCard*>> ModeDifferenceView::plots() const {
    return {{QStringLiteral("difference-by-layer"), m_layers},
            {QStringLiteral("difference-by-channel"), m_channels},
            {QStringLiteral("accuracy-by-mode"), m_scores},
            {QStringLiteral("logits"), m_logits},
            {QStringLiteral("flips"), m_flips},
            {QStringLiteral("gap"), m_gap}};
}

void ModeDifferenceView::connectParts() {
    const PageContext& c = m_context;
    connect(&c.run.model(), &RunModel::runStarted, this, &ModeDifferenceView::startRun);
    connect(&c.theme, &widgets::Theme::changed, this, &ModeDifferenceView::applyTheme);
    // Another state at the same step.
    connect(&c.run.model(), &RunModel::edited, this, [this] { m_gapOf.reset(); });
    connect(m_image, &QSpinBox::valueChanged, this, &ModeDifferenceView::refresh);
    connect(m_measure, &QPushButton::clicked, this, &ModeDifferenceView::measureGap);
    connect(m_layers, &widgets::GroupedBarPlot::categoryActivated, this, [this](int bar) {
        if (m_report && bar < int(m_report->difference.layers.size())) {
            m_context.selection.selectLayer(m_report->difference.layers[std::size_t(bar)].layer);
        }
    });
    connect(m_channels, &widgets::GroupedBarPlot::categoryActivated, this,
            [this](int channel) { m_context.selection.selectChannels({ChannelIndex{channel}}); });
    connect(m_flips->wall(), &widgets::PictureWall::activated, this, [this](int tile) {
        if (m_report) showImage(int(m_report->difference.flips.at(std::size_t(tile)).image));
    });
    // A run that comes to rest has time for the heavy part.
    connect(&c.run.model(), &RunModel::snapshotChanged, this, [this] {
        const bool rested = m_standing;
        m_standing = isStanding();
        if (m_standing && !rested && isVisible()) refresh();
    });
    connect(&c.feed, &StateFeed::progressed, this, [this](QObject* asker, double share) {
        if (asker == &m_gapAsker) m_progress->setValue(int(100 * share));
    });
    connect(&c.feed, &StateFeed::idle, this, [this] {
        if (!m_measuring) return;
        gapEnded();  // cancelled or failed
        if (m_gapOf != stateShown() && isVisible()) refresh();
    });
    // Selection changes what is drawn at once; what is measured anew follows.
    connect(&c.selection, &SelectionModel::layerChanged, this, [this] {
        showLayers();
        showChannels();
    });
    connect(&c.selection, &SelectionModel::channelsChanged, this, &ModeDifferenceView::showChannels);
}

void ModeDifferenceView::startRun() {
    const telemetry::RunDescription& run = *m_context.run.model().description();
    for (const auto& [name, plot] : plots()) plot->setRecipeJson(QString::fromStdString(run.recipe_json));
    m_report.reset();
    m_gapReport.reset();
    m_gapOf.reset();
    m_gap->setBars({}, {}, {});
    m_image->setMaximum(std::max(0, int(run.eval_images) - 1));
}

bool ModeDifferenceView::isStanding() const {
    const RunState state = m_context.run.model().snapshot().state;
    const bool rests = state == RunState::paused || state == RunState::finished || state == RunState::diverged;
    return rests || m_context.feed.viewedStep();
}

std::pair<std::uint64_t, StepIndex> ModeDifferenceView::stateShown() const {
    return {m_context.run.model().snapshot().run_id, m_context.feed.step()};
}

void ModeDifferenceView::refresh() {
    const auto& run = m_context.run.model().description();
    if (!run) return;
    if (run->eval_images == 0) {
        return m_summary->setText(tr("Nothing is held out, so there are no images to compare the modes on."));
    }
    const ModeWishes wishes{.image = m_image->value(), .exact = isStanding()};
    m_context.feed.ask(this, [this, wishes](StateOnView& view) -> Answer {
        auto report = std::make_shared<ModeReport>(measureModes(view, wishes));
        return [this, report] { showReport(std::move(*report)); };
    });
    if (isStanding() && !m_measuring && m_gapOf != stateShown()) measureGap();
}

void ModeDifferenceView::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    m_context.feed.withdraw(this);
    if (m_measuring) measureGap();  // ends it
}

void ModeDifferenceView::showImage(int image) {
    m_image->setValue(image);
}

void ModeDifferenceView::measureGap() {
    if (m_measuring) {
        m_gapStop.request_stop();
        m_context.feed.withdraw(&m_gapAsker);
        return gapEnded();
    }
    m_measuring = true;
    m_gapOf = stateShown();
    m_gapStop = std::stop_source();
    m_progress->setValue(0);
    m_progress->show();
    m_measure->setText(tr("Stop"));
    m_context.feed.ask(&m_gapAsker, [this, stop = m_gapStop.get_token()](StateOnView& view) -> Answer {
        auto report = std::make_shared<GapReport>(app::measureGap(view, stop));
        return [this, report] { showGap(std::move(*report)); };
    });
}

void ModeDifferenceView::gapEnded() {
    m_measuring = false;
    m_progress->hide();
    m_measure->setText(tr("Measure the &causes"));
}

void ModeDifferenceView::showReport(ModeReport report) {
    m_report = std::move(report);
    m_image->setMaximum(std::max(0, int(m_report->difference.images) - 1));
    showLayers();
    showChannels();
    showScores();
    showLogits();
    showFlips();
}

void ModeDifferenceView::showLayers() {
    if (!m_report) return;
    QStringList names;
    std::vector<double> values;
    std::optional<int> selected;
    for (const LayerDifference& layer : m_report->difference.layers) {
        if (layer.layer == m_context.selection.layer()) selected = int(names.size());
        names << QString::fromStdString(layer.name);
        values.push_back(layer.overall);
    }
    names << tr("logits");
    values.push_back(m_report->difference.logits);
    m_layers->setBars(names, {{tr("train − eval"), Meaning::Quiet, values}});
    m_layers->setSelected(selected);
}

void ModeDifferenceView::showChannels() {
    if (!m_report) return;
    const auto& layers = m_report->difference.layers;
    const auto selected = m_context.selection.layer();
    const auto found = std::ranges::find_if(layers, [&](const auto& layer) { return layer.layer == selected; });
    if (found == layers.end()) {
        m_channels->setTitle(tr("Difference by channel"));
        return m_channels->setBars({}, {});
    }
    m_channels->setTitle(tr("Difference by channel of %1").arg(QString::fromStdString(found->name)));
    m_channels->setBars(numbers(found->channels.size()), {{tr("train − eval"), Meaning::Quiet, found->channels}});
    m_channels->setSelected(int(m_context.selection.channels().front().value));
}

void ModeDifferenceView::showScores() {
    const auto& difference = m_report->difference;
    const double exact = m_report->exact ? m_report->exact->accuracy : none;
    m_scores->setBars({tr("batch"), tr("exact"), tr("running")},
                      {{tr("train mode"), Meaning::TrainMode, {difference.train.accuracy, none, none}},
                       {tr("exact statistics"), Meaning::Exact, {none, exact, none}},
                       {tr("eval mode"), Meaning::EvalMode, {none, none, difference.eval.accuracy}}});
    QString text = tr("%1 held-out images: %2 right in train mode, %3 in eval mode; predictions that flip: %4.")
                       .arg(difference.images)
                       .arg(percent(difference.train.accuracy), percent(difference.eval.accuracy))
                       .arg(difference.flips.size());
    if (m_report->exact) {
        text += QLatin1Char(' ') + tr("Exact statistics of %1 training batches: %2.")
                                       .arg(m_report->exactBatches)
                                       .arg(percent(m_report->exact->accuracy));
    } else if (!isStanding()) {
        text += QLatin1Char(' ') + tr("Pause for exact statistics.");
    }
    m_summary->setText(text);
    m_summary->setToolTip(text);
}

void ModeDifferenceView::showLogits() {
    if (!m_report->image) return m_logits->setBars({}, {});
    const ImageReport& image = *m_report->image;
    m_logits->setTitle(
        tr("Logits of image %1, label %2").arg(image.image).arg(m_report->classNames.value(int(image.label))));
    std::vector<BarSeries> series;
    if (!image.train.empty()) series.push_back({tr("train mode"), Meaning::TrainMode, doubles(image.train)});
    series.push_back({tr("eval mode"), Meaning::EvalMode, doubles(image.eval)});
    m_logits->setBars(m_report->classNames, std::move(series));
    m_logits->setSelected(int(image.label));
    m_picture->setPixmap(QPixmap::fromImage(image.picture));
    m_picture->setToolTip(tr("Image %1, in a batch of %2").arg(image.image).arg(image.neighbours + 1));
}

void ModeDifferenceView::showFlips() {
    const auto& flips = m_report->difference.flips;
    const auto name = [this](std::int64_t label) {
        return label < 0 ? tr("not finite") : m_report->classNames.value(int(label));
    };
    std::vector<widgets::PictureTile> tiles;
    std::vector<QStringList> rows;
    for (std::size_t i = 0; i < flips.size(); ++i) {
        const instruments::Flip& flip = flips[i];
        const QString label = name(flip.label), train = name(flip.train_prediction), eval = name(flip.eval_prediction);
        rows.push_back({QString::number(flip.image), label, train, eval});
        if (i >= m_report->flipPictures.size()) continue;
        tiles.push_back(
            {.picture = m_report->flipPictures[i],
             .captions = {{label, {}}, {train, Meaning::TrainMode}, {eval, Meaning::EvalMode}},
             .toolTip =
                 tr("Image %1: %2\nTrain mode says %3, eval mode says %4").arg(flip.image).arg(label, train, eval)});
    }
    m_flips->setUnit(tr("%1 of %2").arg(flips.size()).arg(m_report->difference.images));
    m_flips->setTable({tr("image"), tr("label"), tr("train mode"), tr("eval mode")}, std::move(rows));
    m_flips->wall()->setTiles(std::move(tiles));
}

void ModeDifferenceView::showGap(GapReport report) {
    gapEnded();
    m_gapReport = std::move(report);
    struct Cause {
        GapCause cause;
        QString name;
        Meaning meaning;
        QString help;
    };
    const std::array causes{
        Cause{GapCause::ema_lag, tr("EMA lag"), Meaning::Running,
              tr("the running statistics lag behind the weights, never arrived, or average too few batches")},
        Cause{GapCause::batch_noise, tr("batch noise"), Meaning::Batch,
              tr("a batch's statistics are not those of all images: smaller batches, more noise")},
        Cause{GapCause::n_minus_one, tr("n−1"), Meaning::Exact,
              tr("running_var averages Σ(x − μ)²/(n − 1), normalization divides by Σ(x − μ)²/n")},
        Cause{GapCause::data_shift, tr("data shift"), Meaning::Quiet,
              tr("the measured images are not like the training images")},
    };
    QStringList names;
    std::vector<double> totals;
    std::vector<BarPart> parts;
    for (const Cause& cause : causes) parts.push_back({cause.name, cause.meaning, cause.help, {}});
    const auto add = [&](const QString& name, const instruments::Gap& gap) {
        names << name;
        totals.push_back(gap.total);
        for (std::size_t i = 0; i < causes.size(); ++i) {
            parts[i].values.push_back(gap.of(causes[i].cause).share * gap.total);
        }
    };
    for (const auto& layer : m_gapReport->split.layers) add(QString::fromStdString(layer.name), layer.overall);
    add(tr("logits"), m_gapReport->split.logits);
    m_gap->setTitle(tr("Gap meter, step %1").arg(m_gapReport->step.value));
    m_gap->setUnit(
        tr("%1 of %2 training batches").arg(m_gapReport->trainingBatches).arg(m_gapReport->allTrainingBatches));
    m_gap->setBars(names, std::move(parts), std::move(totals));
}

void ModeDifferenceView::applyTheme() {
    widgets::setTextStyle(m_summary, m_context.theme.font(TextRole::Small), m_context.theme.colors().muted);
    widgets::setTextStyle(m_imageLabel, m_context.theme.font(TextRole::Small), m_context.theme.colors().muted);
}

}  // namespace normscope::app
