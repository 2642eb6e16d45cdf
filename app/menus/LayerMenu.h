// What can be done with the selected norm layer.
#pragma once

#include "app/controllers/SurgeryController.h"
#include "app/models/SelectionModel.h"
#include "app/models/StateFeed.h"
#include "widgets/theme/Theme.h"

#include <QMenu>

namespace normscope::widgets {
class NetworkStrip;
}

namespace normscope::app {

class PageStack;

/// Values, Microscope and surgery; also the context menu of the network strip.
class LayerMenu : public QMenu {
    Q_OBJECT

   public:
    struct Parts {
        SurgeryController& surgery;
        SelectionModel& selection;
        StateFeed& feed;
        PageStack& pages;
        widgets::NetworkStrip& strip;
    };

    LayerMenu(widgets::Theme& theme, const Parts& parts, QWidget& window);
};

}  // namespace normscope::app
