#include "app/pages/modes/ModeDifferenceView.h"

#include "widgets/theme/LabelStyle.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QVBoxLayout>

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

QWidget* ModeDifferenceView::buildHeader() {
    auto* header = new QWidget;
    auto* row = new QHBoxLayout(header);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    m_summary->setMinimumWidth(120);
    m_summary->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_summary->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_image->setAccessibleName(tr("Held-out image whose logits are shown"));
    m_imageLabel->setBuddy(m_image);
    m_picture->setFixedSize(28, 28);
    m_picture->setScaledContents(true);
    m_picture->setAccessibleName(tr("The image whose logits are shown"));
    m_progress->setFixedSize(90, 8);
    m_progress->setRange(0, 100);
    m_progress->setTextVisible(false);
    m_progress->setAccessibleName(tr("Progress of the gap meter"));
    m_progress->hide();
    row->addWidget(m_summary, 1);
    row->addWidget(m_picture);
    row->addWidget(m_imageLabel);
    row->addWidget(m_image);
    row->addSpacing(8);
    row->addWidget(m_progress);
    row->addWidget(m_measure);
    return header;
}

void ModeDifferenceView::build() {
    auto* grid = new QGridLayout;
    grid->setSpacing(8);
    grid->addWidget(m_layers, 0, 0);
    grid->addWidget(m_channels, 0, 1);
    grid->addWidget(m_scores, 0, 2);
    grid->addWidget(m_logits, 1, 0);
    grid->addWidget(m_flips, 1, 1);
    grid->addWidget(m_gap, 1, 2);
    for (const int line : {0, 1}) grid->setRowStretch(line, 1);
    for (const int line : {0, 1, 2}) grid->setColumnStretch(line, 1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(buildHeader());
    column->addLayout(grid, 1);
    for (const auto& [name, plot] : plots()) plot->setMinimumSize(200, 150);
}

void ModeDifferenceView::explain() {
    m_layers->setTitle(tr("Difference by layer"));
    m_layers->setUnit(tr("‖train − eval‖ / ‖train‖"));
    m_layers->setToolTip(
        tr("How far the outputs of each norm layer are apart in the two modes, in the order of the "
           "network; the logits last. Click a layer to select it."));
    m_layers->setWhatsThis(
        tr("The same held-out images go through the network twice: normalized with the statistics of "
           "their own batch (train mode) and with the running ones (eval mode). A layer's difference "
           "includes what the layers before it contribute."));
    m_channels->setUnit(tr("‖train − eval‖ / ‖train‖"));
    m_channels->setCategoryName(tr("channel"));
    m_channels->setToolTip(tr("The same for each channel of the selected layer. Click a channel to select it."));
    m_channels->setWhatsThis(
        tr("A channel whose running statistics are far from those of the batches stands out here."));
    m_scores->setTitle(tr("Accuracy by statistics"));
    m_scores->setUnit(tr("share"));
    m_scores->setValueLabels(true);
    m_scores->setValueRange(widgets::ValueRange{0, 1.12});
    m_scores->setToolTip(
        tr("The same images, normalized with their batch's statistics, with exact statistics of "
           "training images, and with the running statistics"));
    m_scores->setWhatsThis(
        tr("Exact statistics are those of the present weights over training images. If they answer "
           "better than the running ones, the running statistics are at fault, not the weights."));
    m_logits->setUnit(tr("logit"));
    m_logits->setToolTip(
        tr("What both modes answer for one image. In train mode the answer depends on the other images "
           "of its batch."));
    m_logits->setWhatsThis(tr("The tallest bar is the prediction. Choose the image above, or click one that flips."));
    m_flips->setTitle(tr("Images whose prediction flips"));
    m_flips->setToolTip(
        tr("Images that the two modes predict differently, with their label. Click one to see its "
           "logits."));
    m_flips->setWhatsThis(tr("Predictions flip where the modes differ by more than an image's margin."));
    m_flips->wall()->setAccessibleName(tr("Images whose prediction flips"));
    m_flips->wall()->setPictureSide(48);
    m_flips->wall()->setEmptyText(tr("No prediction depends on the mode"));
    m_gap->setTitle(tr("Gap meter"));
    m_gap->setUnit(tr("‖train − eval‖ / ‖train‖"));
    m_gap->setEmptyText(tr("Pause the run, or press “Measure the causes”"));
    m_gap->setToolTip(tr("What the difference of the modes is made of"));
    m_gap->setWhatsThis(
        tr("The statistics are exchanged one by one on the way from train mode to eval mode: the batch's own, those of "
           "all measured images, those of the training images, those with n−1, the running ones. The difference made "
           "by each exchange is one cause; the shares add up to 1."));
    m_measure->setToolTip(tr("Splits the gap into its causes. Takes %1 batches of training images and all measured "
                             "ones; measured by itself while the run stands.")
                              .arg(exactTrainingBatches));
}

void ModeDifferenceView::connectParts() {
    const PageContext& c = m_context;
    connect(&c.run.model(), &RunModel::runStarted, this, &ModeDifferenceView::startRun);
    connect(&c.theme, &widgets::Theme::changed, this, &ModeDifferenceView::applyTheme);
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
    connect(&c.feed, &StateFeed::progressed, this, [this](QObject* asker, double share) {
        if (asker == &m_gapAsker) m_progress->setValue(int(100 * share));
    });
    connect(&c.feed, &StateFeed::idle, this, [this] {
        if (m_measuring) gapEnded();  // cancelled or failed
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
    return m_context.feed.viewedStep() || m_context.run.model().snapshot().state != RunState::playing;
}

void ModeDifferenceView::refresh() {
    const ModeWishes wishes{.image = m_image->value(), .exact = isStanding()};
    m_context.feed.ask(this, [this, wishes](StateOnView& view) -> Answer {
        auto report = std::make_shared<ModeReport>(measureModes(view, wishes));
        return [this, report] { showReport(std::move(*report)); };
    });
    const std::pair now{m_context.run.model().snapshot().run_id, m_context.feed.step()};
    if (isStanding() && !m_measuring && m_gapOf != now) measureGap();
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
    m_gapOf = std::pair{m_context.run.model().snapshot().run_id, m_context.feed.step()};
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
    m_layers->setBars(names, {{tr("train − eval"), Meaning::Neutral, values}});
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
    m_channels->setBars(numbers(found->channels.size()), {{tr("train − eval"), Meaning::Neutral, found->channels}});
    m_channels->setSelected(int(m_context.selection.channels().front().value));
}

void ModeDifferenceView::showScores() {
    const auto& difference = m_report->difference;
    const double exact = m_report->exact ? m_report->exact->accuracy : none;
    m_scores->setBars({tr("batch"), tr("exact"), tr("running")},
                      {{tr("train mode"), Meaning::TrainMode, {difference.train.accuracy, none, none}},
                       {tr("exact statistics"), Meaning::Exact, {none, exact, none}},
                       {tr("eval mode"), Meaning::EvalMode, {none, none, difference.eval.accuracy}}});
    QString text = tr("%1 held-out images: %2 right in train mode, %3 in eval mode, %n flip(s).", nullptr,
                      int(difference.flips.size()))
                       .arg(difference.images)
                       .arg(percent(difference.train.accuracy), percent(difference.eval.accuracy));
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
    m_picture->setToolTip(tr("Image %1 in a batch with %n other(s)", nullptr, int(image.neighbours)).arg(image.image));
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
    m_gap->setTitle(tr("Gap meter, step %1").arg(m_gapOf->second.value));
    m_gap->setUnit(
        tr("%1 of %2 training batches").arg(m_gapReport->trainingBatches).arg(m_gapReport->allTrainingBatches));
    m_gap->setBars(names, std::move(parts), std::move(totals));
}

void ModeDifferenceView::applyTheme() {
    widgets::setTextStyle(m_summary, m_context.theme.font(TextRole::Small), m_context.theme.colors().muted);
    widgets::setTextStyle(m_imageLabel, m_context.theme.font(TextRole::Small), m_context.theme.colors().muted);
}

}  // namespace normscope::app
