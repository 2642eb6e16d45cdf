#include "app/panels/ExperimentPanel.h"

#include "core/telemetry/Hyperparameter.h"
#include "widgets/theme/LabelStyle.h"

#include <QHBoxLayout>

#include <cmath>

namespace normscope::app {

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
      m_title(new QLabel(tr("Experiment"))),
      m_restart(new QPushButton) {
    setObjectName(QStringLiteral("experimentPanel"));
    setAccessibleName(tr("Experiment settings"));
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setWidgetResizable(true);
    setFixedWidth(272);
    setWidget(m_content);
    m_content->setObjectName(QStringLiteral("experimentPanelContent"));
    m_content->setAttribute(Qt::WA_StyledBackground);
    build();

    connect(&experiment, &ExperimentController::recipeReplaced, this, &ExperimentPanel::showRecipe);
    connect(&experiment, &ExperimentController::dataChanged, this, &ExperimentPanel::showData);
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

void ExperimentPanel::build() {
    m_rows->setContentsMargins(18, 14, 18, 14);
    m_rows->setSpacing(8);
    m_rows->addWidget(m_title);

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
    addSection(tr("Normalization"));
    addFact(tr("Type"));
    addField("model.norm.momentum", true);
    addField("model.norm.eps", true);
    field("model.norm.momentum")->setColorRole(&ThemeColors::running);
    addSection(tr("Training"));
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

void ExperimentPanel::addData() {
    m_data = new QComboBox;
    m_data->addItem(tr("Fashion-MNIST (sample)"), QStringLiteral("fashion-mnist"));
    m_data->addItem(tr("Fashion-MNIST (full)"), QStringLiteral("fashion-mnist-full"));
    m_data->setAccessibleName(tr("Data set"));
    m_data->setToolTip(tr(
        "Images to train on. Your own IDX files: File ▸ Open data….\nAnother data set takes effect with a restart."));
    m_data->setMinimumContentsLength(8);
    m_data->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    connect(m_data, &QComboBox::activated, this,
            [this](int index) { m_experiment.chooseData(m_data->itemData(index).toString()); });
    m_rows->addWidget(m_data);
}

void ExperimentPanel::addFact(const QString& label) {
    auto* row = new QHBoxLayout;
    for (const QString& text : {label, QString()}) {
        auto* part = new QLabel(text);
        m_facts.push_back(part);
        row->addWidget(part);
    }
    row->insertStretch(1);
    m_rows->addLayout(row);
}

void ExperimentPanel::showRecipe() {
    const Recipe& recipe = m_experiment.recipe();
    for (const auto& [key, shown] : m_fields) shown->setValue(value_of(recipe, key));
    showData(QString::fromStdString(recipe.data.source));
    showNorm(recipe.model.norm.type);
    showHalfLife(value_of(recipe, "model.norm.momentum"));
}

void ExperimentPanel::showNorm(const std::string& type) {
    m_facts[1]->setText(type == "none" ? tr("none") : QStringLiteral("BatchNorm2d"));
    for (const char* key : {"model.norm.momentum", "model.norm.eps"}) field(key)->setEnabled(type != "none");
}

void ExperimentPanel::showData(const QString& spec) {
    int index = m_data->findData(spec);
    if (index < 0) {
        const QString files = spec.section(QLatin1Char(':'), 1).section(QLatin1Char(','), 0, 0);
        m_data->addItem(files.isEmpty() ? spec : files.section(QLatin1Char('/'), -1), spec);
        index = m_data->count() - 1;
    }
    m_data->setCurrentIndex(index);
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
    setTextStyle(m_title, m_theme.font(TextRole::Heading), m_theme.colors().text);
    QFont caption = m_theme.font(TextRole::Caption);
    caption.setWeight(QFont::DemiBold);
    for (QLabel* label : m_sections) setTextStyle(label, caption, m_theme.colors().muted);
    for (std::size_t i = 0; i < m_facts.size(); ++i) {
        setTextStyle(m_facts[i], m_theme.font(i % 2 == 0 ? TextRole::Body : TextRole::Mono), m_theme.colors().text);
    }
    setStyleSheet(QStringLiteral("#experimentPanel { border-right: 1px solid %1; background: %2; }"
                                 "#experimentPanelContent { background: %2; }")
                      .arg(m_theme.colors().border.name(), m_theme.colors().surface.name()));
}

}  // namespace normscope::app
