#include "app/pages/PageList.h"

#include "app/pages/StatisticsPage.h"
#include "app/pages/microscope/MicroscopePage.h"
#include "app/pages/modes/TrainEvalPage.h"

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
        {QStringLiteral("train-eval"), translated("Train vs eval"),
         translated("The same images through both modes: by layer, channel and image, and what makes the difference"),
         make<TrainEvalPage>},
        {QStringLiteral("microscope"), translated("Microscope"),
         translated("One channel as arithmetic on live numbers: four steps forward, three terms backward"),
         make<MicroscopePage>},
    };
    return pages;
}

}  // namespace normscope::app
