#include "app/controllers/ExperimentController.h"

#include "app/controllers/ChangeChoice.h"
#include "app/controllers/ChangeHyperparameter.h"
#include "core/Error.h"
#include "core/recipe/RecipeChoice.h"
#include "core/recipe/RecipeJson.h"
#include "core/telemetry/Hyperparameter.h"

#include <QFile>

#include <array>

namespace normscope::app {
namespace {

bool restarts(const telemetry::HyperparameterSpec& spec) {
    return spec.policy == telemetry::ChangePolicy::restarts;
}

/// Words that only a restart can change, and that the window offers.
constexpr std::array choiceKeys{"data.source",         "model.name",     "model.activation", "model.norm.type",
                                "model.norm_position", "optimizer.name", "schedule.name"};

Recipe readDefaultRecipe() {
    QFile file(QStringLiteral(":/recipes/first-light.json"));
    if (!file.open(QIODevice::ReadOnly)) throw WorkError("The built-in recipe is missing from the program.");
    return parse_recipe(file.readAll().toStdString(), "first-light.json");
}

}  // namespace

ExperimentController::ExperimentController(RunController& run, QObject* parent) : QObject(parent), m_run(run) {
    m_restart.setText(tr("Re&start with these settings"));
    m_restart.setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_R));
    m_restart.setToolTip(tr("Start again at step 0 with the settings that only take effect then"));
    m_restart.setEnabled(false);
    connect(&m_restart, &QAction::triggered, this, &ExperimentController::restart);
    connect(m_run.resetAction(), &QAction::triggered, this, &ExperimentController::reset);
    connect(&m_run.model(), &RunModel::runStarted, this, &ExperimentController::adoptRunningRecipe);
    connect(&m_run.model(), &RunModel::rewound, this, &ExperimentController::adoptSettings);
}

bool ExperimentController::needsRestart() const {
    for (const char* key : choiceKeys) {
        if (choice_of(m_recipe, key) != choice_of(m_running, key)) return true;
    }
    for (const auto& spec : telemetry::hyperparameter_specs()) {
        if (restarts(spec) && value_of(m_recipe, spec.key) != value_of(m_running, spec.key)) return true;
    }
    return false;
}

void ExperimentController::startDefault(bool playAtOnce) {
    m_run.load(&readDefaultRecipe, playAtOnce);
}

void ExperimentController::openRecipe(const QString& path, bool playAtOnce) {
    m_run.load([name = path.toStdString()] { return load_recipe(name); }, playAtOnce);
}

void ExperimentController::openData(const DataRecipe& data) {
    Recipe recipe = m_recipe;
    recipe.data.source = data.source;
    recipe.data.eval_source = data.eval_source;
    recipe.data.eval_fraction = data.eval_fraction;
    recipe.data.mean = data.mean;
    recipe.data.std = data.std;
    m_run.load([recipe] { return recipe; }, true);
}

void ExperimentController::changeHyperparameter(const QString& key, double value) {
    const double old = value_of(m_recipe, key.toStdString());
    if (!telemetry::same_value(old, value)) m_undo.push(new ChangeHyperparameter(*this, key, old, value));
}

void ExperimentController::apply(const QString& key, double value) {
    set_value(m_recipe, key.toStdString(), value);
    if (!restarts(*telemetry::find_hyperparameter(key.toStdString()))) m_run.setHyperparameter(key, value);
    emit hyperparameterChanged(key, value);
    updateNeedsRestart();
}

void ExperimentController::changeChoice(const QString& key, const QString& name, const QString& value) {
    const QString old = QString::fromStdString(choice_of(m_recipe, key.toStdString()));
    if (old != value) m_undo.push(new ChangeChoice(*this, key, name, old, value));
}

void ExperimentController::applyChoice(const QString& key, const QString& value) {
    set_choice(m_recipe, key.toStdString(), value.toStdString());
    emit choiceChanged(key, value);
    updateNeedsRestart();
}

void ExperimentController::restart() {
    m_run.load([recipe = m_recipe] { return recipe; }, true);
}

void ExperimentController::reset() {
    if (!needsRestart()) return m_run.reset();
    const bool playing = m_run.model().snapshot().state == telemetry::RunState::playing;
    m_run.load([recipe = m_recipe] { return recipe; }, playing);
}

void ExperimentController::adoptRunningRecipe() {
    m_running = parse_recipe(m_run.model().description()->recipe_json, "recipe");
    m_recipe = m_running;
    emit recipeReplaced();
    updateNeedsRestart();
}

void ExperimentController::adoptSettings(const telemetry::RunRewound& item) {
    for (const auto& [key, value] : item.hyperparameters) {
        const auto* spec = telemetry::find_hyperparameter(key);
        if (!spec || restarts(*spec) || telemetry::same_value(value_of(m_recipe, key), value)) continue;
        set_value(m_recipe, key, value);
        emit hyperparameterChanged(QString::fromStdString(key), value);
    }
    updateNeedsRestart();
}

void ExperimentController::updateNeedsRestart() {
    const bool needed = needsRestart();
    m_restart.setEnabled(needed);
    if (needed == m_neededRestart) return;
    m_neededRestart = needed;
    emit needsRestartChanged(needed);
}

}  // namespace normscope::app
