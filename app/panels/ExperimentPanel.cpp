#include "app/panels/ExperimentPanel.h"

#include "core/recipe/RecipeChoice.h"
#include "core/telemetry/Hyperparameter.h"
#include "widgets/controls/SpecText.h"
#include "widgets/theme/LabelStyle.h"

#include <QComboBox>
#include <QLineEdit>

#include <cmath>

namespace normscope::app {

using widgets::ChoiceField;
using widgets::HyperparameterField;
using widgets::setTextStyle;
using widgets::TextRole;
using widgets::ThemeColors;

ExperimentPanel::ExperimentPanel(widgets::Theme& theme, ExperimentController& experiment, QWidget* parent)
    : QScrollArea(parent),
      m_theme(theme),
      m_experiment(experiment),
      m_content(new QWidget),
      m_rows(new QVBoxLayout(m_content)),
      m_restart(new QPushButton) {
    setObjectName(QStringLiteral("experimentPanel"));
    setAccessibleName(tr("Experiment settings"));
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setWidgetResizable(true);
    setWidget(m_content);
    m_content->setObjectName(QStringLiteral("experimentPanelContent"));
    m_content->setAttribute(Qt::WA_StyledBackground);
    build();

    connect(&experiment, &ExperimentController::recipeReplaced, this, &ExperimentPanel::showRecipe);
    connect(&experiment, &ExperimentController::choiceChanged, this, &ExperimentPanel::showChoice);
    connect(&experiment, &ExperimentController::needsRestartChanged, m_restart, &QWidget::setVisible);
    connect(&experiment, &ExperimentController::hyperparameterChanged, this, [this](const QString& key, double value) {
        if (HyperparameterField* changed = field(key.toStdString())) changed->setValue(value);
        if (key == QLatin1String("model.norm.momentum")) showHalfLife(value);
    });
    connect(&theme, &widgets::Theme::changed, this, &ExperimentPanel::applyTheme);
    applyTheme();
}

HyperparameterField* ExperimentPanel::field(std::string_view key) const {
    const auto found = m_fields.find(key);
    return found == m_fields.end() ? nullptr : found->second;
}

ChoiceField* ExperimentPanel::choice(std::string_view key) const {
    const auto found = m_choices.find(key);
    return found == m_choices.end() ? nullptr : found->second;
}

std::vector<std::pair<QString, QWidget*>> ExperimentPanel::settings() const {
    std::vector<std::pair<QString, QWidget*>> found;
    for (int i = 0; i < m_rows->count(); ++i) {
        QWidget* row = m_rows->itemAt(i)->widget();
        if (auto* number = qobject_cast<HyperparameterField*>(row)) {
            found.emplace_back(widgets::translatedSpec(number->spec().name), number);
        } else if (auto* word = qobject_cast<ChoiceField*>(row)) {
            found.emplace_back(word->label(), word);
        }
    }
    return found;
}

void ExperimentPanel::goTo(QWidget* setting) {
    for (QWidget* up = this; up != nullptr && !up->isVisible(); up = up->parentWidget()) up->show();
    ensureWidgetVisible(setting, 0, 40);
    if (auto* edit = setting->findChild<QLineEdit*>(); edit != nullptr && edit->isEnabled()) {
        edit->setFocus(Qt::ShortcutFocusReason);
        edit->selectAll();
    } else if (auto* box = setting->findChild<QComboBox*>()) {
        box->setFocus(Qt::ShortcutFocusReason);
    }
}

void ExperimentPanel::setFinePrintVisible(bool visible) {
    for (const auto& [key, shown] : m_fields) shown->setFinePrintVisible(visible);
}

void ExperimentPanel::build() {
    m_rows->setContentsMargins(18, 4, 16, 14);
    m_rows->setSpacing(8);

    QAction* restart = m_experiment.restartAction();
    m_restart->setText(tr("Restart with these settings"));
    m_restart->setToolTip(restart->toolTip());
    m_restart->setProperty("primary", true);
    m_restart->setVisible(false);
    connect(m_restart, &QPushButton::clicked, restart, &QAction::trigger);
    m_rows->addWidget(m_restart);

    addSection(tr("Data"));
    addData();
    addField("data.batch_size", true);
    addSection(tr("Network"));
    addNetwork();
    addSection(tr("Normalization"));
    addNorm();
    addField("model.norm.momentum", true);
    addField("model.norm.eps", true);
    field("model.norm.momentum")->setColorRole(&ThemeColors::running);
    addSection(tr("Training"));
    addOptimizer();
    addField("optimizer.lr", true);
    addField("optimizer.momentum", true);
    addField("epochs", false);
    addField("seed", false);
    m_rows->addStretch(1);
}

void ExperimentPanel::addSection(const QString& title) {
    auto* label = new QLabel(title.toUpper());
    label->setContentsMargins(0, 8, 0, 0);
    m_sections.push_back(label);
    m_rows->addWidget(label);
}

void ExperimentPanel::addField(std::string_view key, bool slider) {
    auto* made = new HyperparameterField(m_theme, *telemetry::find_hyperparameter(key));
    made->setSliderVisible(slider);
    connect(made, &HyperparameterField::valueCommitted, &m_experiment, &ExperimentController::changeHyperparameter);
    m_fields.emplace(key, made);
    m_rows->addWidget(made);
}

void ExperimentPanel::addChoice(const char* key, const QString& label, const QString& toolTip,
                                std::vector<ChoiceField::Option> options) {
    auto* made = new ChoiceField(m_theme, label, toolTip + QLatin1Char('\n') + tr("Takes effect with a restart."),
                                 std::move(options));
    made->setLabelWidth(76);
    connect(made, &ChoiceField::chosen, this, [this, key, label](const QString& value) {
        m_experiment.changeChoice(QString::fromLatin1(key), label, value);
    });
    m_choices.emplace(key, made);
    m_rows->addWidget(made);
}

void ExperimentPanel::addData() {
    addChoice(
        "data.source", tr("Images"), tr("Images to train on. Your own IDX files: File ▸ Open data…."),
        {{"fashion-mnist", tr("Fashion-MNIST (sample)"), {}}, {"fashion-mnist-full", tr("Fashion-MNIST (full)"), {}}});
    choice("data.source")->hideLabel();
}

void ExperimentPanel::addNetwork() {
    addChoice("model.name", tr("Layers"), tr("The network to train."),
              {{"simple", tr("simple"), tr("Two blocks of convolution, norm, ReLU and pooling")},
               {"vgg", tr("VGG"), tr("Four convolutions in two blocks")},
               {"resnet", tr("ResNet"), tr("Three residual blocks with shortcuts")},
               {"plain", tr("deep plain"), tr("Twelve convolutions in a row: where normalization matters most")},
               {"mlp", tr("MLP"), tr("Two linear layers with a BatchNorm1d between them")},
               {"variable-input", tr("variable input"), tr("Takes images of any size")},
               {"image-classifier", tr("image classifier"), tr("One large convolution with stride 2")}});
    addChoice("model.activation", tr("Activation"), tr("What stands behind each norm layer."),
              {{"relu", QStringLiteral("ReLU"), {}},
               {"leaky_relu", QStringLiteral("LeakyReLU"), {}},
               {"sigmoid", QStringLiteral("Sigmoid"), {}}});
}

void ExperimentPanel::addNorm() {
    addChoice("model.norm.type", tr("Type"), tr("What each norm layer averages over."),
              {{"batch", tr("batch norm"), tr("Over the batch and all pixels, for each channel")},
               {"none", tr("none"), tr("No normalization")},
               {"layer", tr("layer norm"), tr("Over all channels and pixels, for each image")},
               {"instance", tr("instance norm"), tr("Over the pixels, for each image and channel")},
               {"group", tr("group norm"), tr("Over groups of channels, for each image")}});
}

void ExperimentPanel::addOptimizer() {
    addChoice("optimizer.name", tr("Optimizer"), tr("How gradients change the weights."),
              {{"sgd", QStringLiteral("SGD"), {}},
               {"adam", QStringLiteral("Adam"), {}},
               {"adamw", QStringLiteral("AdamW"), {}}});
    addChoice("schedule.name", tr("Schedule"), tr("How the learning rate changes over the planned epochs."),
              {{"constant", tr("constant"), {}},
               {"step", tr("step"), tr("Divided by ten every so many epochs")},
               {"cosine", tr("cosine"), tr("Falls along half a cosine")},
               {"warmup", tr("warm-up"), tr("Rises over the first epoch")}});
}

void ExperimentPanel::showRecipe() {
    const Recipe& recipe = m_experiment.recipe();
    for (const auto& [key, shown] : m_fields) shown->setValue(value_of(recipe, key));
    for (const auto& [key, shown] : m_choices)
        showChoice(widgets::fromView(key), QString::fromStdString(choice_of(recipe, key)));
    showHalfLife(value_of(recipe, "model.norm.momentum"));
}

void ExperimentPanel::showChoice(const QString& key, const QString& value) {
    ChoiceField* shown = choice(key.toStdString());
    if (shown == nullptr) return;
    // Of idx:/some/folder/images,labels people know "images".
    const QString file =
        value.section(QLatin1Char(':'), 1).section(QLatin1Char(','), 0, 0).section(QLatin1Char('/'), -1);
    shown->setValue(value, file);
    enableFields();
}

void ExperimentPanel::enableFields() {
    const Recipe& recipe = m_experiment.recipe();
    field("model.norm.momentum")->setEnabled(recipe.model.norm.type == "batch");
    field("model.norm.eps")->setEnabled(recipe.model.norm.type != "none");
    field("optimizer.momentum")->setEnabled(recipe.optimizer.name == "sgd");
}

void ExperimentPanel::showHalfLife(double momentum) {
    QString note = tr("PyTorch's convention");
    if (momentum > 0 && momentum < 1) {
        const double steps = std::log(0.5) / std::log1p(-momentum);
        note = tr("half-life %1 steps").arg(steps, 0, 'f', steps < 10 ? 1 : 0);
    } else if (momentum == 0) {
        note = tr("running statistics stand still");
    } else if (momentum == 1) {
        note = tr("the last batch only");
    } else if (std::isnan(momentum)) {
        note = tr("average of all batches");
    }
    field("model.norm.momentum")->setNote(note);
}

void ExperimentPanel::applyTheme() {
    setMinimumWidth(m_theme.scaled(252));
    QFont caption = m_theme.font(TextRole::Caption);
    caption.setWeight(QFont::DemiBold);
    for (QLabel* label : m_sections) setTextStyle(label, caption, m_theme.colors().muted);
    setStyleSheet(QStringLiteral("#experimentPanel, #experimentPanelContent { background: %1; }")
                      .arg(m_theme.colors().surface.name()));
}

}  // namespace normscope::app
