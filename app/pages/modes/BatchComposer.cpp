#include "app/pages/modes/BatchComposer.h"

#include "widgets/theme/LabelStyle.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace normscope::app {

using instruments::BatchPlace;
using widgets::BarSeries;
using widgets::Meaning;
using widgets::TextRole;

namespace {

using Source = BatchPlace::Source;

std::vector<double> doubles(const std::vector<float>& values) {
    return {values.begin(), values.end()};
}

/// Position of the largest logit; −1 if it is not finite or there is none.
std::int64_t predictionOf(const std::vector<float>& logits) {
    if (logits.empty()) return -1;
    const auto largest = std::ranges::max_element(logits);
    return std::isfinite(*largest) ? largest - logits.begin() : -1;
}

double largestChange(const std::vector<float>& a, const std::vector<float>& b) {
    double largest = 0;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        largest = std::max(largest, std::abs(double(a[i]) - double(b[i])));
    }
    return largest;
}

}  // namespace

BatchComposer::BatchComposer(const PageContext& context, QWidget* parent)
    : QWidget(parent),
      m_context(context),
      m_batch(new widgets::PictureCard(context.theme)),
      m_logits(new widgets::GroupedBarPlot(context.theme)),
      m_verdict(new QLabel),
      m_sizeLabel(new QLabel(tr("Batch si&ze"))),
      m_swapLabel(new QLabel(tr("swap the selected one &for"))),
      m_size(new QSpinBox),
      m_swap(new QComboBox),
      m_swapButton(new QPushButton(tr("S&wap"))),
      m_watchButton(new QPushButton(tr("Wat&ch this one"))),
      m_restore(new QPushButton(tr("Put all bac&k"))) {
    build();
    explain();
    connect(&context.run.model(), &RunModel::runStarted, this, &BatchComposer::startRun);
    connect(&context.theme, &widgets::Theme::changed, this, &BatchComposer::applyTheme);
    connect(m_size, &QSpinBox::valueChanged, this, [this] {
        fillBatch();
        change();
    });
    connect(m_swapButton, &QPushButton::clicked, this, &BatchComposer::swapSelected);
    connect(m_watchButton, &QPushButton::clicked, this, &BatchComposer::watchSelected);
    connect(m_restore, &QPushButton::clicked, this, &BatchComposer::restore);
    connect(m_batch->wall(), &widgets::PictureWall::currentChanged, this, &BatchComposer::enableButtons);
    applyTheme();
    if (context.run.model().description()) startRun();
}

std::vector<std::pair<QString, widgets::PlotCard*>> BatchComposer::plots() const {
    return {{QStringLiteral("composed-batch"), m_batch}, {QStringLiteral("composed-logits"), m_logits}};
}

void BatchComposer::build() {
    m_size->setRange(2, 64);
    m_size->setValue(8);
    m_sizeLabel->setBuddy(m_size);
    m_swapLabel->setBuddy(m_swap);
    m_swap->addItem(tr("another image"), int(Swap::OtherImage));
    m_swap->addItem(tr("an image of another class"), int(Swap::OtherClass));
    m_swap->addItem(tr("noise"), int(Swap::Noise));
    m_swap->addItem(tr("a white image"), int(Swap::White));
    m_swap->addItem(tr("a black image"), int(Swap::Black));
    m_swap->setCurrentIndex(3);
    m_swapButton->setProperty("primary", true);

    auto* controls = new QHBoxLayout;
    controls->setSpacing(8);
    controls->addWidget(m_sizeLabel);
    controls->addWidget(m_size);
    controls->addSpacing(12);
    controls->addWidget(m_swapLabel);
    controls->addWidget(m_swap);
    controls->addWidget(m_swapButton);
    controls->addWidget(m_watchButton);
    controls->addStretch(1);
    controls->addWidget(m_restore);
    auto* cards = new QHBoxLayout;
    cards->setSpacing(8);
    cards->addWidget(m_batch, 1);
    cards->addWidget(m_logits, 1);
    m_verdict->setWordWrap(true);
    m_verdict->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addLayout(controls);
    column->addWidget(m_verdict);
    column->addLayout(cards, 1);
}

void BatchComposer::explain() {
    m_size->setAccessibleName(tr("Images in the composed batch"));
    m_size->setToolTip(
        tr("Images in the batch. The fewer there are, the more each neighbour weighs in the batch's mean "
           "and variance."));
    m_swap->setAccessibleName(tr("What the selected image is swapped for"));
    m_swap->setToolTip(tr("What comes in for the selected neighbour"));
    m_swapButton->setToolTip(tr("Swap the selected neighbour; the watched image itself stays"));
    m_watchButton->setToolTip(tr("Watch the selected image instead"));
    m_restore->setToolTip(tr("The batch as it was"));
    m_batch->setTitle(tr("The batch"));
    m_batch->setToolTip(
        tr("The watched image is outlined, swapped ones have a marked corner. Click one to select it."));
    m_batch->setWhatsThis(tr("Held-out images, normalized together as one batch in train mode."));
    m_batch->wall()->setAccessibleName(tr("Images of the composed batch"));
    m_batch->wall()->setPictureSide(88);
    m_batch->wall()->setEmptyText(tr("Nothing is held out"));
    m_logits->setTitle(tr("Logits of the watched image"));
    m_logits->setUnit(tr("logit"));
    m_logits->setToolTip(tr("In train mode they follow the neighbours, in eval mode they do not"));
    m_logits->setWhatsThis(
        tr("Train mode normalizes each image with the mean and variance of the whole batch, so that "
           "an image's logits depend on what stands beside it. Eval mode uses the running statistics, "
           "which no neighbour changes."));
}

void BatchComposer::startRun() {
    const telemetry::RunDescription& run = *m_context.run.model().description();
    for (const auto& [name, plot] : plots()) plot->setRecipeJson(QString::fromStdString(run.recipe_json));
    m_heldOut = run.eval_images;
    m_report.reset();
    m_batch->wall()->setTiles({});
    m_logits->setBars({}, {});
    fillBatch();
}

void BatchComposer::fillBatch() {
    m_places.clear();
    for (std::int64_t i = 0; i < std::min<std::int64_t>(m_size->value(), m_heldOut); ++i) {
        m_places.push_back({Source::held_out, i});
    }
    m_original = m_places;
    m_nextIndex = std::int64_t(m_places.size());
    m_watched = 0;
    m_batch->wall()->setCurrent(1);
    enableButtons();
}

/// An image that is not in the batch, of another class than the watched one if asked for.
std::int64_t BatchComposer::otherImage(bool otherClass) {
    const auto labelOf = [this](std::int64_t image) {
        return m_report ? m_report->heldOutLabels.at(std::size_t(image)) : -1;
    };
    const std::int64_t watchedLabel = m_report ? m_report->labels.at(std::size_t(m_watched)) : -1;
    for (std::int64_t tried = 0; tried < m_heldOut; ++tried) {
        const std::int64_t image = m_nextIndex++ % m_heldOut;
        const bool inside = std::ranges::count(m_places, BatchPlace{Source::held_out, image}) > 0;
        if (!inside && (!otherClass || labelOf(image) != watchedLabel)) return image;
    }
    return m_nextIndex++ % std::max<std::int64_t>(1, m_heldOut);
}

void BatchComposer::swapSelected() {
    const int place = m_batch->wall()->current();
    if (place < 0 || place >= int(m_places.size()) || place == m_watched) return;
    BatchPlace& into = m_places[std::size_t(place)];
    switch (Swap(m_swap->currentData().toInt())) {
        case Swap::OtherImage: into = {Source::held_out, otherImage(false)}; break;
        case Swap::OtherClass: into = {Source::held_out, otherImage(true)}; break;
        case Swap::Noise: into = {Source::noise, m_nextIndex++}; break;
        case Swap::White: into = {Source::white, 0}; break;
        case Swap::Black: into = {Source::black, 0}; break;
    }
    change();
}

void BatchComposer::watchSelected() {
    const int place = m_batch->wall()->current();
    if (place < 0 || place >= int(m_places.size())) return;
    m_watched = place;
    if (m_report) showReport(std::move(*m_report));
    enableButtons();
}

void BatchComposer::restore() {
    m_places = m_original;
    change();
}

void BatchComposer::change() {
    enableButtons();
    if (isVisible()) refresh();
}

void BatchComposer::refresh() {
    if (m_places.empty()) return;
    m_context.feed.ask(this, [this, places = m_places, original = m_original](StateOnView& view) -> Answer {
        auto report = std::make_shared<Report>();
        const Dataset& heldOut = *view.experiment.data().eval;
        for (const std::string& name : heldOut.class_names()) report->classNames << QString::fromStdString(name);
        for (std::int64_t i = 0; i < heldOut.size(); ++i) report->heldOutLabels.push_back(heldOut.label(i));
        for (const BatchPlace& place : places) {
            report->pictures.push_back(pictureOf(instruments::pixels_of(view.experiment, place), heldOut));
            report->labels.push_back(place.source == Source::held_out ? heldOut.label(place.index) : -1);
        }
        report->original = instruments::batch_logits(view.experiment, original, view.trainer.pool());
        report->now = instruments::batch_logits(view.experiment, places, view.trainer.pool());
        return [this, report, places] {
            if (places == m_places) showReport(std::move(*report));
        };
    });
}

void BatchComposer::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    m_context.feed.withdraw(this);
}

void BatchComposer::showReport(Report report) {
    m_report = std::move(report);
    showBatch();
    showLogits();
    showVerdict();
}

QString BatchComposer::nameOf(std::int64_t label) const {
    return label < 0 ? tr("none") : m_report->classNames.value(int(label));
}

void BatchComposer::showBatch() {
    std::vector<widgets::PictureTile> tiles;
    std::vector<QStringList> rows;
    for (std::size_t i = 0; i < m_places.size(); ++i) {
        const BatchPlace& place = m_places[i];
        const bool isImage = place.source == Source::held_out;
        const QString kind = isImage                         ? nameOf(m_report->labels[i])
                             : place.source == Source::noise ? tr("noise")
                             : place.source == Source::white ? tr("white")
                                                             : tr("black");
        const bool swapped = !(place == m_original[i]);
        tiles.push_back({.picture = m_report->pictures[i],
                         .captions = {{kind, {}}},
                         .toolTip = isImage ? tr("Held-out image %1: %2").arg(place.index).arg(kind) : kind,
                         .outlined = int(i) == m_watched,
                         .marked = swapped});
        rows.push_back({QString::number(i), isImage ? QString::number(place.index) : QString(), kind,
                        swapped ? tr("swapped") : QString(), int(i) == m_watched ? tr("watched") : QString()});
    }
    m_batch->setTable({tr("place"), tr("image"), tr("content"), tr("swapped"), tr("watched")}, std::move(rows));
    const int current = m_batch->wall()->current();
    m_batch->wall()->setTiles(std::move(tiles));
    if (current < 0) m_batch->wall()->setCurrent(1);
    m_batch->setUnit(tr("%1 images").arg(m_places.size()));
}

void BatchComposer::showLogits() {
    const auto watched = std::size_t(m_watched);
    const auto& [original, now] = std::tie(m_report->original, m_report->now);
    std::vector<BarSeries> series;
    if (!original.train.empty()) {
        series.push_back({tr("train mode, batch as it was"), Meaning::Quiet, doubles(original.train[watched])});
    }
    if (!now.train.empty()) {
        series.push_back({tr("train mode, this batch"), Meaning::TrainMode, doubles(now.train[watched])});
    }
    series.push_back({tr("eval mode"), Meaning::EvalMode, doubles(now.eval[watched])});
    m_logits->setBars(m_report->classNames, std::move(series));
    const auto label = m_report->labels[watched];
    m_logits->setSelected(label < 0 ? std::nullopt : std::optional(int(label)));
}

void BatchComposer::showVerdict() {
    const auto watched = std::size_t(m_watched);
    const auto& now = m_report->now;
    if (now.train.empty()) {
        return m_verdict->setText(tr("This network needs more than one value per channel in train mode."));
    }
    const auto& before = m_report->original;
    const QString was = nameOf(predictionOf(before.train[watched])), is = nameOf(predictionOf(now.train[watched]));
    const auto swapped = std::ranges::count_if(
        m_places, [this, i = std::size_t(0)](const BatchPlace& place) mutable { return !(place == m_original[i++]); });
    QString text = tr("The watched image is labelled %1.").arg(nameOf(m_report->labels[watched]));
    if (swapped == 0) {
        text += QLatin1Char(' ') + tr("Train mode says %1, eval mode says %2. Swap a neighbour and watch.")
                                       .arg(is, nameOf(predictionOf(now.eval[watched])));
    } else {
        text += QLatin1Char(' ') + tr("Neighbours swapped: %1.").arg(swapped) + QLatin1Char(' ');
        text += was == is ? tr("Train mode still says %1, its logits moved by up to %2.")
                                .arg(is)
                                .arg(largestChange(before.train[watched], now.train[watched]), 0, 'g', 3)
                          : tr("Train mode says %1 instead of %2.").arg(is, was);
        text += QLatin1Char(' ') + tr("Eval mode says %1 and did not move (%2).")
                                       .arg(nameOf(predictionOf(now.eval[watched])))
                                       .arg(largestChange(before.eval[watched], now.eval[watched]), 0, 'g', 3);
    }
    m_verdict->setText(text);
}

void BatchComposer::enableButtons() {
    const int place = m_batch->wall()->current();
    const bool other = place >= 0 && place != m_watched;
    m_swapButton->setEnabled(other);
    m_watchButton->setEnabled(other);
    m_restore->setEnabled(m_places != m_original);
}

void BatchComposer::applyTheme() {
    const auto& colors = m_context.theme.colors();
    widgets::setTextStyle(m_verdict, m_context.theme.font(TextRole::Body), colors.text);
    for (QLabel* label : {m_sizeLabel, m_swapLabel}) {
        widgets::setTextStyle(label, m_context.theme.font(TextRole::Small), colors.muted);
    }
}

}  // namespace normscope::app
