// Something the command palette can do.
#pragma once

#include <QString>

#include <functional>

namespace normscope::app {

struct Command {
    QString title;  ///< what it is called where it stands
    QString place;  ///< where it stands: "Run", "View ▸ Theme", "Setting", "Layer"
    QString keys;   ///< its shortcut; may be empty
    QString help;   ///< a sentence; may be empty
    bool enabled = true;
    std::function<void()> run;
};

}  // namespace normscope::app
