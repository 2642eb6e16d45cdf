#include "app/palette/CommandList.h"

#include "app/models/RunModel.h"
#include "app/models/SelectionModel.h"
#include "app/panels/ExperimentPanel.h"

#include <QAction>
#include <QCoreApplication>
#include <QMenu>
#include <QMenuBar>
#include <QPointer>

namespace normscope::app {
namespace {

QString plain(QString text) {
    text.remove(QLatin1Char('&'));
    return text;
}

void collect(const QList<QAction*>& actions, const QString& place, std::vector<Command>& commands) {
    for (QAction* action : actions) {
        if (action->isSeparator() || !action->isVisible()) continue;
        if (action->menu() != nullptr) {
            const QString name = plain(action->text());
            collect(action->menu()->actions(), place.isEmpty() ? name : QStringLiteral("%1 ▸ %2").arg(place, name),
                    commands);
            continue;
        }
        commands.push_back({.title = plain(action->text()),
                            .place = place,
                            .keys = action->shortcut().toString(QKeySequence::NativeText),
                            .help = action->toolTip(),
                            .enabled = action->isEnabled(),
                            .run = [action = QPointer(action)] {
                                if (action) action->trigger();
                            }});
    }
}

}  // namespace

std::vector<Command> menuCommands(const QMenuBar& menus) {
    std::vector<Command> commands;
    collect(menus.actions(), {}, commands);
    return commands;
}

std::vector<Command> settingCommands(ExperimentPanel& panel) {
    std::vector<Command> commands;
    for (const auto& [name, field] : panel.settings()) {
        commands.push_back({.title = name,
                            .place = QCoreApplication::translate("CommandList", "Setting"),
                            .keys = {},
                            .help = field->toolTip(),
                            .enabled = field->isEnabled(),
                            .run = [&panel, field = QPointer(field)] {
                                if (field) panel.goTo(field);
                            }});
    }
    return commands;
}

std::vector<Command> layerCommands(const RunModel& run, SelectionModel& selection) {
    std::vector<Command> commands;
    if (!run.description()) return commands;
    const auto& layers = run.description()->layers;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (!layers[i].is_norm) continue;
        commands.push_back(
            {.title = QString::fromStdString(layers[i].name),
             .place =
                 QCoreApplication::translate("CommandList", "Layer · %1").arg(QString::fromStdString(layers[i].kind)),
             .keys = {},
             .help = QCoreApplication::translate("CommandList", "Select this norm layer"),
             .enabled = true,
             .run = [&selection, i] { selection.selectLayer(LayerIndex{std::int64_t(i)}); }});
    }
    return commands;
}

}  // namespace normscope::app
