// What the command palette offers.
#pragma once

#include "app/palette/Command.h"

#include <vector>

class QMenuBar;

namespace normscope::app {

class ExperimentPanel;
class RunModel;
class SelectionModel;

/// "Run", or "View ▸ Theme" for menus in menus; titles and places without mnemonics.
std::vector<Command> menuCommands(const QMenuBar& menus);
/// Every setting of the panel; running one shows its field and gives it the focus.
std::vector<Command> settingCommands(ExperimentPanel& panel);
/// Every layer that can be selected.
std::vector<Command> layerCommands(const RunModel& run, SelectionModel& selection);

}  // namespace normscope::app
