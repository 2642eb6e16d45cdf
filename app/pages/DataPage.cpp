#include "app/pages/DataPage.h"

#include "app/panels/DataForm.h"
#include "core/Error.h"
#include "widgets/images/ImageGallery.h"
#include "widgets/layout/Card.h"
#include "widgets/plots/CountPlot.h"
#include "widgets/theme/LabelStyle.h"

#include <QDir>
#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QTableWidget>

#include <exception>
#include <utility>

namespace normscope::app {

using widgets::TextRole;

namespace {

constexpr int mostListed = 2000;  // skipped files in the list

QString numbers(const std::vector<double>& values) {
    QStringList texts;
    for (const double value : values) texts << QString::number(value, 'g', 4);
    return texts.join(QStringLiteral(", "));
}

/// A channel that is the same everywhere cannot be divided by its standard deviation.
std::vector<double> divisors(std::vector<double> std) {
    for (double& value : std) {
        if (!(value > 1e-6)) value = 1;
    }
    return std;
}

std::vector<double> parseNumbers(const QString& text, const QString& field) {
    std::vector<double> values;
    for (const QString& part : text.split(QLatin1Char(','), Qt::SkipEmptyParts)) {
        bool good = false;
        values.push_back(QLocale::c().toDouble(part.trimmed(), &good));
        if (!good) {
            throw InputError(
                DataPage::tr("%1: '%2' is no number. One number for each channel, with commas between them.")
                    .arg(field, part.trimmed())
                    .toStdString());
        }
    }
    return values;
}

QString sizeText(const datasets::PartSummary& part) {
    return QStringLiteral("%1 × %2 × %3").arg(part.channels).arg(part.height).arg(part.width);
}

}  // namespace

DataPage::DataPage(const PageContext& context, QWidget* parent)
    : Page(context, parent),
      m_data(context.run.dataCache()),
      m_form(new DataForm(theme())),
      m_read(new QPushButton(tr("Read"))),
      m_train(new QPushButton(tr("Train on these images"))),
      m_progress(new QProgressBar),
      m_message(new QLabel),
      m_mean(new QLineEdit),
      m_std(new QLineEdit),
      m_measured(new QPushButton(tr("As measured"))),
      m_normalizeTitle(new QLabel(tr("Normalize pixels with"))),
      m_facts(new QTableWidget),
      m_skipped(new QListWidget),
      m_classes(new widgets::CountPlot(theme())),
      m_gallery(new widgets::ImageGallery(theme())) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(16, 8, 16, 8);
    row->setSpacing(8);
    m_chooser = buildChooser();
    row->addWidget(m_chooser);
    row->addWidget(buildFindings(), 1);

    connect(&m_data, &DataController::readingChanged, this, &DataPage::showReading);
    connect(&m_data, &DataController::progressed, this, [this](const QString& activity, double share) {
        m_progress->setRange(0, share < 0 ? 0 : 1000);
        m_progress->setValue(static_cast<int>(1000 * share));
        m_message->setText(activity);
    });
    connect(&m_data, &DataController::readDone, this, &DataPage::showPreview);
    connect(&m_data, &DataController::failed, this, &DataPage::showError);
    connect(&m_data, &DataController::cancelled, this, [this] { m_message->setText(tr("Reading was cancelled.")); });
    connect(&theme(), &widgets::Theme::changed, this, &DataPage::applyTheme);
    applyTheme();
    showReading(false);
    m_train->setEnabled(false);
}

std::vector<std::pair<QString, widgets::PlotCard*>> DataPage::plots() const {
    return {{QStringLiteral("classes"), m_classes}};
}

widgets::Card* DataPage::buildChooser() {
    auto* card = new widgets::Card(theme(), tr("Data set"));
    card->setFixedWidth(296);
    auto* form = new QScrollArea;
    form->setAccessibleName(tr("Data set"));
    form->setWidget(m_form);
    form->setWidgetResizable(true);
    form->setFrameShape(QFrame::NoFrame);
    form->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    form->viewport()->setAutoFillBackground(false);
    m_form->setAutoFillBackground(false);
    card->content()->addWidget(form, 1);

    m_read->setToolTip(tr("Reads the images without touching the run that goes on"));
    m_progress->setTextVisible(false);
    m_progress->setFixedHeight(6);
    m_progress->setAccessibleName(tr("Progress of reading"));
    m_message->setWordWrap(true);
    m_message->setTextInteractionFlags(Qt::TextSelectableByMouse);
    card->content()->addWidget(m_read);
    card->content()->addWidget(m_progress);
    card->content()->addWidget(m_message);

    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(8);
    grid->setVerticalSpacing(6);
    int line = 0;
    for (auto [edit, name, help] :
         {std::tuple(m_mean, tr("mean"), tr("Subtracted from pixels between 0 and 1; one number for each channel")),
          std::tuple(m_std, tr("std"), tr("Divides after that; one number for each channel"))}) {
        auto* label = new QLabel(name);
        label->setBuddy(edit);
        edit->setAccessibleName(name);
        edit->setToolTip(help);
        grid->addWidget(label, line, 0);
        grid->addWidget(edit, line++, 1);
    }
    m_measured->setProperty("link", true);
    m_measured->setToolTip(tr("Mean and standard deviation of the training images themselves"));
    m_measured->setEnabled(false);
    card->content()->addWidget(m_normalizeTitle);
    card->content()->addLayout(grid);
    card->content()->addWidget(m_measured, 0, Qt::AlignLeft);
    m_train->setProperty("primary", true);
    m_train->setToolTip(tr("Starts a new run on these images with the present settings"));
    card->content()->addWidget(m_train);

    connect(m_read, &QPushButton::clicked, this, [this] { m_data.isReading() ? m_data.cancel() : readData(); });
    connect(m_train, &QPushButton::clicked, this, &DataPage::trainOnIt);
    connect(m_form, &DataForm::edited, this, [this] { m_train->setEnabled(false); });
    connect(m_measured, &QPushButton::clicked, this, [this] {
        m_mean->setText(numbers(m_preview->summary.train.moments.mean));
        m_std->setText(numbers(divisors(m_preview->summary.train.moments.std)));
    });
    return card;
}

QWidget* DataPage::buildFindings() {
    m_factsCard = new widgets::Card(theme(), tr("What is there"));
    m_facts->setColumnCount(3);
    m_facts->setHorizontalHeaderLabels({QString(), tr("training"), tr("held out")});
    m_facts->verticalHeader()->hide();
    m_facts->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_facts->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_facts->setSelectionMode(QAbstractItemView::NoSelection);
    m_facts->setFrameShape(QFrame::NoFrame);
    m_facts->setShowGrid(false);
    m_facts->setProperty("plain", true);
    m_facts->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_facts->setAccessibleName(tr("Facts about the data set"));
    m_factsCard->content()->addWidget(m_facts);

    m_galleryCard = new widgets::Card(theme(), tr("Samples"));
    auto* scroll = new QScrollArea;
    scroll->setAccessibleName(tr("Images"));
    scroll->setWidget(m_gallery);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->viewport()->setAutoFillBackground(false);
    m_gallery->setAutoFillBackground(false);
    m_gallery->setAccessibleName(tr("Sample images"));
    m_gallery->setEmptyText(tr("Choose data at the left, then Read."));
    m_galleryCard->content()->addWidget(scroll);

    m_skippedCard = new widgets::Card(theme(), tr("Skipped files and notes"));
    m_skipped->setFrameShape(QFrame::NoFrame);
    m_skipped->setAccessibleName(tr("Skipped files and notes"));
    m_skipped->setTextElideMode(Qt::ElideMiddle);
    m_skipped->setUniformItemSizes(true);
    m_skipped->setProperty("plain", true);
    m_skippedCard->content()->addWidget(m_skipped);
    m_classes->setTitle(tr("Images by class"));
    m_classes->setUnit(tr("images"));
    m_classes->setEmptyText(tr("No data read yet"));
    m_classes->setToolTip(tr("How many images of each class there are to train on and to measure on"));

    auto* findings = new QWidget;
    auto* grid = new QGridLayout(findings);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(8);
    grid->addWidget(m_factsCard, 0, 0);
    grid->addWidget(m_classes, 0, 1);
    grid->addWidget(m_galleryCard, 1, 0, 1, 2);
    grid->addWidget(m_skippedCard, 2, 0, 1, 2);
    grid->setRowStretch(0, 5);
    grid->setRowStretch(1, 6);
    grid->setRowStretch(2, 2);
    grid->setColumnStretch(0, 5);
    grid->setColumnStretch(1, 6);
    m_factsCard->setMinimumHeight(190);
    m_skippedCard->setMinimumHeight(96);
    return findings;
}

void DataPage::refresh() {
    if (m_preview || m_data.isReading() || !model().description()) return;
    // The data of the run are read already: showing them costs a pass over them.
    m_form->setData(this->context().experiment.recipe().data);
    readData();
}

void DataPage::openFolder(const QString& folder) {
    m_form->setFolder(folder);
    readData();
}

void DataPage::readData() {
    try {
        m_data.read(m_form->data());
    } catch (const std::exception& error) {
        showError(QString::fromUtf8(error.what()));
    }
}

void DataPage::showReading(bool reading) {
    m_read->setText(reading ? tr("Cancel") : tr("Read"));
    m_progress->setVisible(reading);
    if (reading) {
        m_progress->setRange(0, 0);
        m_message->setText(tr("Reading…"));
        widgets::setTextColor(m_message, theme().colors().muted);
        m_train->setEnabled(false);
    }
}

void DataPage::showPreview(std::shared_ptr<const DataPreview> preview) {
    m_preview = std::move(preview);
    const datasets::DataSummary& found = m_preview->summary;
    m_message->setText(m_preview->summary.skipped.empty()
                           ? tr("All files were read.")
                           : tr("%n file(s) were skipped.", nullptr, static_cast<int>(found.skipped.size())));
    const Recipe& recipe = context().experiment.recipe();
    const bool ofTheRun = recipe.data.source == m_preview->recipe.source;
    m_mean->setText(numbers(ofTheRun ? recipe.data.mean : found.train.moments.mean));
    m_std->setText(numbers(ofTheRun ? recipe.data.std : divisors(found.train.moments.std)));
    m_measured->setEnabled(true);
    m_train->setEnabled(true);

    std::vector<widgets::GalleryItem> items;
    for (const SamplePicture& sample : m_preview->samples) {
        items.push_back({sample.image, sample.class_name, tr("%1, image %2").arg(sample.class_name).arg(sample.index)});
    }
    m_gallery->setItems(std::move(items));
    showFacts();
    showSkipped();
}

void DataPage::showFacts() {
    const datasets::DataSummary& found = m_preview->summary;
    m_factsCard->setNote(QString::fromStdString(found.name));
    const auto of = [&](const auto& text) {
        return QStringList{text(found.train), found.eval ? text(*found.eval) : tr("none")};
    };
    using Part = datasets::PartSummary;
    const std::vector<std::pair<QString, QStringList>> facts{
        {tr("images"), of([](const Part& part) { return QString::number(part.images); })},
        {tr("C × H × W"), of(sizeText)},
        {tr("classes"), of([](const Part& part) { return QString::number(part.class_names.size()); })},
        {tr("mean by channel"), of([](const Part& part) { return numbers(part.moments.mean); })},
        {tr("std by channel"), of([](const Part& part) { return numbers(part.moments.std); })},
    };
    m_facts->setRowCount(static_cast<int>(facts.size()));
    for (int row = 0; row < m_facts->rowCount(); ++row) {
        const auto& [name, texts] = facts[static_cast<std::size_t>(row)];
        m_facts->setItem(row, 0, new QTableWidgetItem(name));
        for (int column = 0; column < 2; ++column) {
            auto* item = new QTableWidgetItem(texts[column]);
            item->setToolTip(texts[column]);
            m_facts->setItem(row, column + 1, item);
        }
    }

    QStringList names;
    widgets::CountPlot::BarSet training{tr("training"), widgets::Meaning::TrainMode, {}};
    widgets::CountPlot::BarSet heldOut{tr("held out"), widgets::Meaning::EvalMode, {}};
    for (std::size_t i = 0; i < found.train.class_names.size(); ++i) {
        names << QString::fromStdString(found.train.class_names[i]);
        training.values.push_back(static_cast<double>(found.train.class_counts[i]));
        const bool counted = found.eval && i < found.eval->class_counts.size();
        heldOut.values.push_back(counted ? static_cast<double>(found.eval->class_counts[i]) : 0);
    }
    std::vector<widgets::CountPlot::BarSet> sets{training};
    if (found.eval) sets.push_back(heldOut);
    m_classes->setBars(names, std::move(sets));
}

void DataPage::showSkipped() {
    const datasets::DataSummary& found = m_preview->summary;
    m_skipped->clear();
    for (const std::string& note : found.notes) m_skipped->addItem(QString::fromStdString(note));
    const auto listed = std::min<std::size_t>(found.skipped.size(), mostListed);
    for (std::size_t i = 0; i < listed; ++i) {
        const auto& file = found.skipped[i];
        m_skipped->addItem(
            tr("%1: %2").arg(QString::fromStdString(file.path.string()), QString::fromStdString(file.reason)));
    }
    if (listed < found.skipped.size()) {
        m_skipped->addItem(tr("… and %1 more").arg(found.skipped.size() - listed));
    }
    m_skippedCard->setNote(found.skipped.empty() ? tr("nothing was skipped")
                                                 : tr("%1 skipped").arg(found.skipped.size()));
    if (m_skipped->count() == 0) m_skipped->addItem(tr("Every file was read."));
}

void DataPage::showError(const QString& sentence) {
    m_message->setText(sentence);
    widgets::setTextColor(m_message, theme().colors().warn);
}

DataRecipe DataPage::recipeToTrainOn() const {
    DataRecipe recipe = m_preview->recipe;
    recipe.mean = parseNumbers(m_mean->text(), tr("mean"));
    recipe.std = parseNumbers(m_std->text(), tr("std"));
    return recipe;
}

void DataPage::trainOnIt() {
    try {
        context().experiment.openData(recipeToTrainOn());
    } catch (const std::exception& error) {
        showError(QString::fromUtf8(error.what()));
    }
}

void DataPage::applyTheme() {
    const auto& colors = theme().colors();
    widgets::setTextStyle(m_message, theme().font(TextRole::Small), colors.muted);
    QFont caption = theme().font(TextRole::Small);
    caption.setWeight(QFont::DemiBold);
    widgets::setTextStyle(m_normalizeTitle, caption, colors.muted);
    for (QLineEdit* edit : {m_mean, m_std}) edit->setFont(theme().font(TextRole::Mono));
    m_facts->setFont(theme().font(TextRole::Body));
    m_skipped->setFont(theme().font(TextRole::Small));
}

}  // namespace normscope::app
