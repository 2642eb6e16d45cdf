#include "app/pages/FeatureMapsPage.h"

#include "app/pages/FeatureMapsContent.h"
#include "core/Error.h"

#include <QDir>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QRandomGenerator>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include <utility>

namespace normscope::app {

using widgets::ChoiceField;

namespace {

constexpr int pickerWidth = 224;

MapsView viewNamed(const QString& name) {
    if (name == QLatin1String("before")) return MapsView::AllBefore;
    if (name == QLatin1String("after")) return MapsView::AllAfter;
    if (name == QLatin1String("activated")) return MapsView::AllActivated;
    return MapsView::SelectedChannels;
}

MapsScale scaleNamed(const QString& name) {
    if (name == QLatin1String("each")) return MapsScale::EachMap;
    if (name == QLatin1String("everything")) return MapsScale::Everything;
    return MapsScale::EachStage;
}

}  // namespace

FeatureMapsPage::FeatureMapsPage(const PageContext& context, QWidget* parent)
    : Page(context, parent),
      m_channels(new widgets::ChannelSelector(theme())),
      m_image(new widgets::ImageCard(theme())),
      m_maps(new widgets::FeatureMapCard(theme())),
      m_arrayPath([this](const QString& suggestion) {
          return QFileDialog::getSaveFileName(this, tr("Save maps"), suggestion, tr("NPY files (*.npy)"));
      }),
      m_folder([this](const QString&) { return QFileDialog::getExistingDirectory(this, tr("Save all maps into")); }) {
    build();
    explain();
    connect(m_channels, &widgets::ChannelSelector::selectionChanged, &selection(), &SelectionModel::selectChannels);
    for (ChoiceField* choice : {m_set, m_mode}) connect(choice, &ChoiceField::chosen, this, &Page::invalidate);
    for (ChoiceField* choice : {m_view, m_scale}) {
        connect(choice, &ChoiceField::chosen, this, &FeatureMapsPage::showMaps);
    }
    connect(m_class, &QComboBox::activated, this, &Page::invalidate);
    connect(m_index, &QSpinBox::valueChanged, this, &Page::invalidate);
    connect(m_previous, &QPushButton::clicked, this, [this] { move(ImageMove::Previous); });
    connect(m_next, &QPushButton::clicked, this, [this] { move(ImageMove::Next); });
    connect(m_random, &QPushButton::clicked, this, [this] { move(ImageMove::Random); });
    connect(m_maps->sheet(), &widgets::MapSheet::pointed, this, &FeatureMapsPage::point);
    connect(m_maps->sheet(), &widgets::MapSheet::pointedNowhere, this, [this] { m_maps->setReadout({}); });
    connect(m_maps->sheet(), &widgets::MapSheet::activated, this, [this](int cell) {
        const int channel = m_maps->sheet()->cells().at(static_cast<std::size_t>(cell)).channel;
        selection().selectChannels({ChannelIndex{channel}});
    });
    connect(m_maps, &widgets::FeatureMapCard::saveArrayAsked, this, &FeatureMapsPage::saveArray);
    connect(m_maps, &widgets::FeatureMapCard::saveAllAsked, this, &FeatureMapsPage::saveAll);
    connect(&model(), &RunModel::runStarted, this, [this] { m_shown.reset(); });
    connect(&theme(), &widgets::Theme::changed, this, &FeatureMapsPage::showMaps);
}

std::vector<std::pair<QString, widgets::PlotCard*>> FeatureMapsPage::plots() const {
    return {{QStringLiteral("image"), m_image}, {QStringLiteral("feature-maps"), m_maps}};
}

void FeatureMapsPage::build() {
    auto* left = new QVBoxLayout;
    left->setSpacing(8);
    left->addWidget(buildPicker());
    left->addWidget(m_image, 1);
    auto* right = new QVBoxLayout;
    right->setSpacing(8);
    right->addWidget(buildOptions());
    right->addWidget(m_maps, 1);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    row->addLayout(left);
    row->addLayout(right, 1);
    m_image->setFixedWidth(pickerWidth);
    m_image->setMaximumHeight(400);
    left->addStretch(0);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 8, 16, 8);
    column->setSpacing(8);
    column->addWidget(m_channels);
    column->addLayout(row, 1);
    m_image->setTitle(tr("Image"));
    m_maps->setTitle(tr("Feature maps"));
    m_maps->setMinimumHeight(200);
}

QWidget* FeatureMapsPage::buildPicker() {
    auto* picker = new QWidget;
    picker->setFixedWidth(pickerWidth);
    auto* column = new QVBoxLayout(picker);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(6);
    m_set = new ChoiceField(theme(), tr("Images"), tr("Which images to choose from"),
                            {{QStringLiteral("held-out"), tr("held-out images"), {}},
                             {QStringLiteral("training"), tr("training images"), {}}});
    m_set->hideLabel();
    m_class = new QComboBox;
    m_class->setAccessibleName(tr("Class"));
    m_class->setToolTip(tr("Previous, next and random go to images of this class"));
    m_class->addItem(tr("all classes"), -1);
    column->addWidget(m_set);
    column->addWidget(m_class);

    m_previous = new QPushButton(QStringLiteral("‹"));
    m_next = new QPushButton(QStringLiteral("›"));
    m_random = new QPushButton(tr("random"));
    m_index = new QSpinBox;
    m_index->setButtonSymbols(QAbstractSpinBox::NoButtons);
    m_index->setAccessibleName(tr("Number of the image"));
    m_index->setKeyboardTracking(false);
    m_index->findChild<QLineEdit*>()->setAccessibleName(m_index->accessibleName());
    m_index->setToolTip(tr("Number of the image, counted from 0; the arrow keys go on by one"));
    m_previous->setAccessibleName(tr("Previous image"));
    m_previous->setToolTip(tr("The image before, of the class chosen"));
    m_next->setAccessibleName(tr("Next image"));
    m_next->setToolTip(tr("The image after, of the class chosen"));
    m_random->setToolTip(tr("Some image of the class chosen"));
    auto* row = new QHBoxLayout;
    row->setSpacing(4);
    for (QPushButton* button : {m_previous, m_next}) button->setFixedWidth(30);
    row->addWidget(m_previous);
    row->addWidget(m_index, 1);
    row->addWidget(m_next);
    row->addWidget(m_random);
    column->addLayout(row);
    return picker;
}

QWidget* FeatureMapsPage::buildOptions() {
    auto* options = new QWidget;
    auto* row = new QHBoxLayout(options);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(12);
    m_mode = new ChoiceField(theme(), tr("Mode"), tr("Whose statistics normalize the image"),
                             {{QStringLiteral("eval"), tr("eval mode"), tr("With the running statistics")},
                              {QStringLiteral("train"), tr("train mode"),
                               tr("As one image of a batch; the others are always the same ones")}});
    m_view = new ChoiceField(theme(), tr("Maps"), tr("Which maps are shown"),
                             {{QStringLiteral("selected"), tr("selected channels, each stage"), {}},
                              {QStringLiteral("before"), tr("all channels, before the norm"), {}},
                              {QStringLiteral("after"), tr("all channels, after the norm"), {}},
                              {QStringLiteral("activated"), tr("all channels, activated"), {}}});
    m_scale = new ChoiceField(theme(), tr("Colours"), tr("Which maps have a colour scale in common"),
                              {{QStringLiteral("stage"), tr("one scale a stage"), {}},
                               {QStringLiteral("each"), tr("each map its own"), {}},
                               {QStringLiteral("everything"), tr("one scale for all"),
                                tr("Centred at 0, for before, after and behind the activation alike")}});
    for (const auto& [choice, length] : {std::pair{m_mode, 8}, {m_view, 22}, {m_scale, 12}}) {
        choice->findChild<QComboBox*>()->setMinimumContentsLength(length);
        row->addWidget(choice);
    }
    row->addStretch(1);
    return options;
}

void FeatureMapsPage::explain() {
    m_image->setToolTip(tr("The image as it is stored, its class, and what the network says"));
    m_image->setWhatsThis(
        tr("The picture as it is stored, before the data set's mean and standard deviation are taken out. Below: its "
           "class, the prediction in the chosen mode and the most probable classes in percent; the bar of the right "
           "class is green."));
    m_maps->setToolTip(tr("What each channel makes of the image; point at a value to see the arithmetic behind it"));
    m_maps->setWhatsThis(
        tr("What the channels of the selected norm layer make of the image: what goes into the layer, what comes out, "
           "and what the activation leaves of it. A shared colour scale shows what normalization is for: before it "
           "channels differ in range, after it they do not. Point at a value to see the arithmetic; Tab and the arrow "
           "keys do it, too, with Ctrl from map to map. A click selects the channel."));
    m_set->setWhatsThis(tr("Held-out images were never trained on."));
    m_class->setWhatsThis(m_class->toolTip());
    m_index->setWhatsThis(m_index->toolTip());
    m_previous->setWhatsThis(m_previous->toolTip());
    m_next->setWhatsThis(m_next->toolTip());
    m_random->setWhatsThis(m_random->toolTip());
    m_mode->setWhatsThis(tr(
        "In eval mode the image is normalized with the running statistics, alone. In train mode it stands in a batch "
        "with others, whose values enter μ and σ²: the same image gives other maps."));
    m_view->setWhatsThis(tr("Selected channels side by side through all stages, or all channels at one stage."));
    m_scale->setWhatsThis(
        tr("With a scale of its own each map shows its pattern; with a shared one, how large channels are against each "
           "other. After the norm the scale is centred at 0."));
}

void FeatureMapsPage::move(ImageMove move) {
    m_move = move;
    m_dice = QRandomGenerator::global()->generate();
    invalidate();
}

void FeatureMapsPage::refresh() {
    if (!model().description()) return;
    showSelection();
    if (!selection().layer()) return showNothing(tr("This network has no norm layer"));
    const ImageQuestion question{.run = model().description()->run_id,
                                 .layer = *selection().layer(),
                                 .heldOut = m_set->value() != QLatin1String("training"),
                                 .mode = m_mode->value() == QLatin1String("train") ? nn::Mode::train : nn::Mode::eval,
                                 .index = m_index->value(),
                                 .wantedClass = m_class->currentData().toInt(),
                                 .move = m_move,
                                 .dice = m_dice};
    ask([this, question](StateOnView& view) -> Answer {
        if (view.run_id != question.run) return {};
        try {
            auto result =
                std::make_shared<const ImageMaps>(measureMaps(question, view.experiment, view.trainer.pool()));
            return [this, result = std::move(result)] { show(result); };
        } catch (const InputError& error) {
            return [this, sentence = QString::fromUtf8(error.what())] { showNothing(sentence); };
        }
    });
}

void FeatureMapsPage::showSelection() {
    const auto layer = selection().layer();
    m_channels->setVisible(layer.has_value());
    for (const auto& [name, plot] : plots()) {
        plot->setRecipeJson(QString::fromStdString(model().description()->recipe_json));
    }
    if (!layer) return;
    const auto& description = model().description()->layers.at(static_cast<std::size_t>(layer->value));
    m_channels->setLayer(QString::fromStdString(description.name), static_cast<int>(description.channels));
    m_channels->setSelection(selection().channels());
}

void FeatureMapsPage::showNothing(const QString& reason) {
    m_shown.reset();
    m_maps->setSummary({});
    m_maps->clear(reason);
}

void FeatureMapsPage::show(const std::shared_ptr<const ImageMaps>& result) {
    m_shown = result;
    if (result->question.move == m_move && result->question.dice == m_dice) m_move = ImageMove::Stay;
    const QSignalBlocker quiet(m_index);
    const bool asked = m_move == ImageMove::Stay && result->question.index == m_index->value();
    m_index->setRange(0, static_cast<int>(result->images - 1));
    if (asked) m_index->setValue(static_cast<int>(result->index));  // else the user is further on already
    showClasses();
    showImage();
    showMaps();
}

void FeatureMapsPage::showClasses() {
    const auto& names = m_shown->classNames;
    bool same = m_class->count() == static_cast<int>(names.size()) + 1;
    for (std::size_t i = 0; same && i < names.size(); ++i) {
        same = m_class->itemText(static_cast<int>(i) + 1) == QString::fromStdString(names[i]);
    }
    if (same) return;
    while (m_class->count() > 1) m_class->removeItem(1);
    for (std::size_t i = 0; i < names.size(); ++i) {
        m_class->addItem(QString::fromStdString(names[i]), static_cast<int>(i));
    }
    m_class->setCurrentIndex(0);
}

void FeatureMapsPage::showImage() {
    const ImageMaps& shown = *m_shown;
    const auto& maps = shown.maps;
    const auto nameOf = [&shown](std::int64_t index) {
        return QString::fromStdString(shown.classNames.at(static_cast<std::size_t>(index)));
    };
    widgets::ImageCardContent content{
        .picture = shown.picture, .label = nameOf(shown.label), .correct = maps.prediction == shown.label};
    if (maps.prediction < 0) {
        content.verdict = tr("predicted: nothing, the logits are not finite");
    } else {
        const double probability = maps.probabilities[static_cast<std::size_t>(maps.prediction)];
        content.verdict =
            tr("predicted: %1, %2 %").arg(nameOf(maps.prediction), QString::number(100 * probability, 'f', 1));
    }
    for (std::size_t i = 0; i < shown.classNames.size(); ++i) {
        const auto index = static_cast<std::int64_t>(i);
        content.classes.push_back(
            {nameOf(index), maps.probabilities.at(i), index == shown.label, index == maps.prediction});
    }
    m_image->setTitle(shown.isHeldOut ? tr("Held-out image %L1").arg(shown.index)
                                      : tr("Training image %L1").arg(shown.index));
    m_image->setContent(std::move(content));
}

void FeatureMapsPage::showMaps() {
    if (!m_shown) return;
    const ImageMaps& shown = *m_shown;
    const bool train = shown.question.mode == nn::Mode::train;
    m_maps->setTitle(tr("%1 at step %L2, %3")
                         .arg(QString::fromStdString(shown.maps.layer))
                         .arg(shown.step.value)
                         .arg(train ? tr("train mode") : tr("eval mode")));
    m_maps->setUnit(train ? tr("in a batch of %1").arg(shown.batchSize) : tr("the image alone"));
    const auto content =
        mapContent(shown.maps, viewNamed(m_view->value()), scaleNamed(m_scale->value()), selection().channels());
    if (content.cells.empty()) {
        m_maps->clear(tr("No activation takes the output of %1.").arg(QString::fromStdString(shown.maps.layer)));
        return;
    }
    QStringList summary;
    if (content.arrangement == widgets::MapArrangement::Table) {
        for (std::size_t i = 0; i < content.cells.size(); i += content.stages.size()) {
            summary << channelText(shown.maps, content.cells[i].channel, theme().colors());
        }
    }
    m_maps->setSummary(summary);
    m_maps->setContent(content);
    if (!m_maps->sheet()->current()) m_maps->setReadout({});
}

void FeatureMapsPage::point(const widgets::MapPoint& at) {
    if (!m_shown) return;
    const widgets::MapCell& cell = m_maps->sheet()->cells().at(static_cast<std::size_t>(at.cell));
    if (cell.channel >= m_shown->maps.channels) return;
    m_maps->setReadout(arithmeticText(m_shown->maps, cell.channel, at.row, at.column, theme().colors()));
}

void FeatureMapsPage::saveArray() {
    if (!m_shown) return;
    const auto shown = m_shown;
    QString path = m_arrayPath(QStringLiteral("%1-maps.npy").arg(QString::fromStdString(shown->maps.layer)));
    if (path.isEmpty()) return;
    if (!path.endsWith(QLatin1String(".npy"), Qt::CaseInsensitive)) path += QLatin1String(".npy");
    context().writer.write(path, mapsArray(shown->maps));
}

void FeatureMapsPage::saveAll() {
    if (!m_shown) return;
    const auto shown = m_shown;
    const QString folder = m_folder({});
    if (folder.isEmpty()) return;
    // Pictures are made where measurements are.
    feed().ask(&m_saving,
               [writer = &context().writer, shown, folder, scale = scaleNamed(m_scale->value()),
                scheme = theme().scheme()](StateOnView&) -> Answer {
                   return [writer, folder, files = mapFiles(*shown, scale, scheme)] {
                       for (const MapFile& file : files) writer->write(QDir(folder).filePath(file.name), file.bytes);
                   };
               });
}

}  // namespace normscope::app
