#include "app/controllers/SurgeryController.h"

#include <QPointer>

#include <algorithm>

namespace normscope::app {

SurgeryController::SurgeryController(RunController& run, ExperimentController& experiment, SelectionModel& selection,
                                     StateFeed& feed, QObject* parent)
    : QObject(parent), m_run(run), m_experiment(experiment), m_selection(selection), m_feed(feed) {
    const auto describe = [](QAction& action, const QString& text, const QString& toolTip, const QKeySequence& keys) {
        action.setText(text);
        action.setToolTip(toolTip);
        action.setShortcut(keys);
    };
    describe(m_recompute, tr("&Recompute statistics exactly"),
             tr("Set the layer's running mean and variance to the exact ones of the present weights over all training "
                "images (biased variance)"),
             QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_R));
    describe(m_recomputeAll, tr("Recompute statistics of &all layers"), tr("The same for every batch norm layer"),
             QKeySequence(Qt::CTRL | Qt::ALT | Qt::SHIFT | Qt::Key_R));
    describe(m_reset, tr("Re&set running statistics"),
             tr("running_mean 0, running_var 1, num_batches_tracked 0, as reset_running_stats() in PyTorch"),
             QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_0));
    describe(m_freeze, tr("&Freeze the layer"),
             tr("Normalize with the running statistics in training too, and stop updating them"),
             QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_F));
    describe(m_unfreeze, tr("&Unfreeze the layer"), tr("Train with the statistics of each batch again"),
             QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_U));
    describe(m_stop, tr("S&top measuring"), tr("Leave the statistics as they are"),
             QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_Period));
    m_stop.setEnabled(false);

    connect(&m_recompute, &QAction::triggered, this,
            [this] { recompute({layerName().toStdString()}, tr("%1 exact statistics").arg(layerName())); });
    connect(&m_recomputeAll, &QAction::triggered, this, [this] { recompute({}, tr("exact statistics")); });
    connect(&m_reset, &QAction::triggered, this, [this] {
        post(tr("%1 statistics reset").arg(layerName()),
             [layer = layerName().toStdString()](const Experiment& state, ThreadPool&, const instruments::Watch&) {
                 return reset_values(state.network(), layer);
             });
    });
    connect(&m_freeze, &QAction::triggered, this, [this] { freeze(true); });
    connect(&m_unfreeze, &QAction::triggered, this, [this] { freeze(false); });
    connect(&m_stop, &QAction::triggered, this, [this] { m_measurement.request_stop(); });

    RunModel& model = run.model();
    connect(&model, &RunModel::edited, this, &SurgeryController::finish);
    connect(&model, &RunModel::rewound, this, [this](const telemetry::RunRewound& item) { forgetAfter(item.step); });
    connect(&model, &RunModel::runStarted, this, [this] {
        forgetAfter(StepIndex{-1});
        enableActions();
    });
    connect(&selection, &SelectionModel::layerChanged, this, &SurgeryController::enableActions);
    enableActions();
}

std::vector<QAction*> SurgeryController::actions() {
    return {&m_recompute, &m_recomputeAll, &m_stop, &m_reset, &m_freeze, &m_unfreeze};
}

QString SurgeryController::layerName() const {
    const auto& description = m_run.model().description();
    if (!description || !m_selection.layer()) return {};
    const auto& layer = description->layers.at(std::size_t(m_selection.layer()->value));
    // Other norm layers have no running statistics and are left alone.
    return layer.kind.starts_with("BatchNorm") ? QString::fromStdString(layer.name) : QString();
}

void SurgeryController::setValue(NormField field, int channel, double value) {
    if (layerName().isEmpty()) return;
    const NormKey key{layerName().toStdString(), field, channel};
    const QString name = field == NormField::weight         ? tr("γ")
                         : field == NormField::bias         ? tr("β")
                         : field == NormField::running_mean ? tr("running mean")
                                                            : tr("running variance");
    post(QStringLiteral("%1 %2[%3] %4").arg(layerName(), name).arg(channel).arg(value, 0, 'g', 4),
         [values = NormValues{{to_text(key), value}}](const Experiment&, ThreadPool&, const instruments::Watch&) {
             return values;
         });
}

void SurgeryController::freeze(bool frozen) {
    const NormKey key{layerName().toStdString(), NormField::frozen, 0};
    post(frozen ? tr("%1 frozen").arg(layerName()) : tr("%1 unfrozen").arg(layerName()),
         [key, frozen](const Experiment& experiment, ThreadPool&, const instruments::Watch&) -> NormValues {
             if (norm_value(experiment.network(), key) == (frozen ? 1 : 0)) return {};  // it is already
             return {{to_text(key), frozen ? 1.0 : 0.0}};
         });
}

void SurgeryController::recompute(const std::vector<std::string>& layers, const QString& label) {
    post(
        label,
        [layers](const Experiment& experiment, ThreadPool& pool, const instruments::Watch& watch) {
            return recalibrated_values(experiment, layers, 0, pool, watch);
        },
        /*measures=*/true);
}

void SurgeryController::post(const QString& label, decltype(NormEdit::values) values, bool measures) {
    NormEdit edit{.id = ++m_newestId, .label = label.toStdString(), .values = std::move(values), .watch = {}};
    m_pending.emplace(edit.id, label);
    m_feed.follow();  // what is edited is what is shown
    if (measures) {
        m_measurement = std::stop_source();
        edit.watch.stop = m_measurement.get_token();
        // On the session's thread, which the model outlives, but not this object.
        edit.watch.progress = [model = &m_run.model(), self = QPointer(this)](double share) {
            QMetaObject::invokeMethod(
                model,
                [self, share] {
                    if (self) emit self->progressed(share);
                },
                Qt::QueuedConnection);
        };
        m_stop.setEnabled(true);
        emit progressed(0);
    }
    m_run.editNorm(std::move(edit));
}

void SurgeryController::apply(const QString& label, const NormValues& values) {
    m_feed.follow();
    m_run.editNorm({.id = 0,
                    .label = label.toStdString(),
                    .values = [values](const Experiment&, ThreadPool&, const instruments::Watch&) { return values; },
                    .watch = {}});
}

void SurgeryController::finish(const telemetry::RunEdited& item) {
    m_stop.setEnabled(false);
    emit progressed(1);
    const auto label = m_pending.extract(item.id);
    if (item.new_values.empty()) return;  // refused, cancelled, or nothing to do
    m_feed.invalidate();
    if (label.empty()) return;  // undone or made again
    auto record = std::make_shared<EditRecord>(EditRecord{
        .label = label.mapped(), .step = item.step, .oldValues = item.old_values, .newValues = item.new_values});
    m_records.push_back(record);
    m_experiment.undoStack().push(new EditNorm(*this, std::move(record)));
}

void SurgeryController::forgetAfter(StepIndex step) {
    std::erase_if(m_records, [step](const auto& record) {
        if (record->step <= step) return false;
        record->happened = false;
        return true;
    });
}

void SurgeryController::enableActions() {
    for (QAction* action : actions()) {
        if (action != &m_stop) action->setEnabled(!layerName().isEmpty());
    }
}

}  // namespace normscope::app
