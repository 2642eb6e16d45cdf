#include "app/pages/PageList.h"

#include "app/pages/ChannelsPage.h"
#include "app/pages/DataPage.h"
#include "app/pages/DistributionsPage.h"
#include "app/pages/FeatureMapsPage.h"
#include "app/pages/GradientsPage.h"
#include "app/pages/InspectPage.h"
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
        {QStringLiteral("channels"), translated("Channels"),
         translated("All channels at once: a map over the steps of any statistic, and the γ–β plane"),
         make<ChannelsPage>},
        {QStringLiteral("distributions"), translated("Distributions"),
         translated("Histograms before, within and behind a norm layer, and how they moved during training"),
         make<DistributionsPage>},
        {QStringLiteral("train-eval"), translated("Train vs eval"),
         translated("The same images through both modes: by layer, channel and image, and what makes the difference"),
         make<TrainEvalPage>},
        {QStringLiteral("feature-maps"), translated("Feature maps"),
         translated("An image, and what each channel makes of it before and after a norm layer"),
         make<FeatureMapsPage>},
        {QStringLiteral("microscope"), translated("Microscope"),
         translated("One channel as arithmetic on live numbers: four steps forward, three terms backward"),
         make<MicroscopePage>},
        {QStringLiteral("gradients"), translated("Gradients"),
         translated("Scale of activations, gradients and updates by layer, and the loss along the gradient"),
         make<GradientsPage>},
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
