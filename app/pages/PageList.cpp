#include "app/pages/PageList.h"

#include "app/pages/DataPage.h"
#include "app/pages/InspectPage.h"
#include "app/pages/StatisticsPage.h"

#include <QCoreApplication>

namespace normscope::app {
namespace {

template <class PageType>
std::unique_ptr<Page> make(const PageContext& context) {
    return std::make_unique<PageType>(context);
}

QString translated(const char* text) {
    return QCoreApplication::translate("PageList", text);
}

}  // namespace

const std::vector<PageEntry>& pageList() {
    static const std::vector<PageEntry> pages{
        {QStringLiteral("statistics"), translated("Statistics"),
         translated("Batch against running statistics, γ and β, train against eval mode, loss and accuracy"),
         make<StatisticsPage>},
        {QStringLiteral("inspect"), translated("Inspect"),
         translated("Any checkpoint, whatever its network: running statistics, γ and β, and what is odd in them"),
         make<InspectPage>},
        {QStringLiteral("data"), translated("Data"),
         translated("What a data set holds: classes, pictures, channel statistics, what was skipped and why"),
         make<DataPage>},
    };
    return pages;
}

}  // namespace normscope::app
