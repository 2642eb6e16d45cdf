// Which pages there are.
#pragma once

#include "app/pages/Page.h"

#include <QString>

#include <memory>
#include <vector>

namespace normscope::app {

/// One line of the table of pages.
struct PageEntry {
    QString name;     ///< of `normscope --view NAME`
    QString title;    ///< on the tab
    QString summary;  ///< in one sentence, for the tab's tool tip
    std::unique_ptr<Page> (*make)(const PageContext& context);
};

/// In the order of the tabs.
const std::vector<PageEntry>& pageList();

}  // namespace normscope::app
