// What the Distributions page says, and its histograms in the terms of the plots.
#pragma once

#include "core/instruments/NormDistributions.h"
#include "widgets/plots/HistogramPlot.h"

#include <QString>

#include <vector>

namespace normscope::app {

/// "channel 7", "channels 3, 5", "all channels".
QString channelsText(const std::vector<ChannelIndex>& channels);

/// E.g. "x before bn2, channel 7".
QString stageTitle(instruments::NormStage stage, const QString& layer, const std::vector<ChannelIndex>& channels,
                   bool behindSum, const QString& activation = {});
QString stageToolTip(instruments::NormStage stage);
QString stageHelp(instruments::NormStage stage);

/// Bars, distributions and remarks of a stage that has histograms.
widgets::HistogramContent histogramContent(const instruments::NormDistributions& distributions,
                                           instruments::NormStage stage, const std::vector<ChannelIndex>& channels);

}  // namespace normscope::app
